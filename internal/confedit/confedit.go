// Package confedit changes single keys of configuration files that belong to other
// programs: JSON with comments, TOML, and lists of variables. What it does not
// change stays as it was, byte for byte.
//
// Each change is checked: the file as a whole, read before and after it, must differ
// in that key and in nothing else. A file that cannot be changed so is left alone.
package confedit

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// ErrCannotChange is returned for a file that is written in a way which would lose
// something.
var ErrCannotChange = errors.New("it is written in a way that this program cannot change; change it by hand")

// Format is a form of configuration file.
type Format string

// The formats. Values in them are text, numbers as float64, truth values, []any and
// map[string]any.
const (
	// JSON has comments and trailing commas, or none.
	JSON Format = "json"
	TOML Format = "toml"
	// Variables are lines NAME=value.
	Variables Format = "variables"
)

// Key is the path of a value: the names of the objects that it is in, and its own.
type Key []string

// String returns the names with points between them.
func (k Key) String() string { return strings.Join(k, ".") }

// editor is how a format is read and changed. data ends its lines with \n alone, and
// has no byte order mark.
type editor interface {
	read(data []byte) (map[string]any, error)
	set(data []byte, key Key, value any) ([]byte, error)
	remove(data []byte, key Key) ([]byte, error)
}

func (f Format) editor() editor {
	switch f {
	case TOML:
		return tomlEditor{}
	case Variables:
		return variablesEditor{}
	case JSON:
	}
	return jsonEditor{}
}

// Get returns the value of a key; ok is false when the file does not have it. The
// error says why the file cannot be read.
func (f Format) Get(data []byte, key Key) (value any, ok bool, err error) {
	text, _ := plain(data)
	all, err := f.editor().read(text)
	if err != nil {
		return nil, false, err
	}
	value, ok = find(all, key)
	return value, ok, nil
}

// Set gives a key a value. data may be empty, for a file that is not there yet. The
// error says why the file cannot be read, or is [ErrCannotChange].
func (f Format) Set(data []byte, key Key, value any) ([]byte, error) {
	return f.change(data, func(e editor, text []byte) ([]byte, error) { return e.set(text, key, value) },
		func(all map[string]any) { put(all, key, value) })
}

// Remove takes a key away, when the file has it. Its errors are those of Set.
func (f Format) Remove(data []byte, key Key) ([]byte, error) {
	return f.change(data, func(e editor, text []byte) ([]byte, error) { return e.remove(text, key) },
		func(all map[string]any) { drop(all, key) })
}

// change makes a change to the text, and the same to its meaning, and compares.
func (f Format) change(data []byte, edit func(editor, []byte) ([]byte, error), mean func(map[string]any)) ([]byte, error) {
	text, dress := plain(data)
	before, err := f.editor().read(text)
	if err != nil {
		return nil, err
	}
	mean(before)
	changed, err := edit(f.editor(), text)
	if err != nil {
		return nil, err
	}
	after, err := f.editor().read(changed)
	if err != nil || !reflect.DeepEqual(pruned(before), pruned(after)) {
		return nil, ErrCannotChange
	}
	return dress(changed), nil
}

// plain returns the text without byte order mark and with plain line ends, and what
// gives both back to another text.
func plain(data []byte) (text []byte, dress func([]byte) []byte) {
	const mark = "\ufeff"
	text, marked := bytes.CutPrefix(data, []byte(mark))
	returns := bytes.Contains(text, []byte("\r\n")) && bytes.Count(text, []byte("\n")) == bytes.Count(text, []byte("\r\n"))
	if returns {
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	}
	return text, func(changed []byte) []byte {
		if returns {
			changed = bytes.ReplaceAll(changed, []byte("\n"), []byte("\r\n"))
		}
		if marked {
			changed = slices.Concat([]byte(mark), changed)
		}
		return changed
	}
}

// ended gives a text without a last line end one.
func ended(data []byte) []byte {
	if bytes.HasSuffix(data, []byte("\n")) {
		return data
	}
	return append(bytes.Clone(data), '\n')
}

// unreadable is a file with a mistake in it.
func unreadable(what string, err error) error {
	return fmt.Errorf("it is no %s: %w", what, err)
}
