package settings

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/seed-810f1486/multiaccount/internal/jsonc"
)

// parse reads a file's content; path is for messages only.
func parse(path string, data []byte) (Settings, *reader, error) {
	r := &reader{path: path, data: normal(data), origins: map[string]Origin{}}
	root, err := hujson.Parse(r.data)
	if err != nil {
		return Settings{}, r, asError(path, []Problem{syntaxProblem(err)})
	}
	s := r.settings(root)
	if err := asError(path, r.found); err != nil {
		return Settings{}, r, err
	}
	return s, r, nil
}

// normal makes up for two habits of editors: a byte order mark in front, and a
// comment that ends the file without the line end that the grammar asks for.
func normal(data []byte) []byte {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.HasSuffix(data, []byte("\n")) {
		return data
	}
	return append(bytes.Clone(data), '\n')
}

// syntaxProblem takes apart hujson's "hujson: line 1, column 2: what", the
// only form in which it tells the place.
func syntaxProblem(err error) Problem {
	var p Problem
	_, _ = fmt.Sscanf(err.Error(), "hujson: line %d, column %d:", &p.Line, &p.Column)
	// What follows the colon of an invalid literal is file content, of any length.
	what, _, _ := strings.Cut(errors.Unwrap(err).Error(), ": ")
	p.Message = "not valid JSON with comments: " + what
	return p
}

// reader collects problems, and where values come from, while it reads one file.
type reader struct {
	path    string
	data    []byte
	found   []Problem
	origins map[string]Origin
}

// field is one key that an object may have.
type field struct {
	name string
	read func(hujson.Value) error
}

func (r *reader) settings(root hujson.Value) Settings {
	s := Default()
	fields := []field{
		{providersKey, func(v hujson.Value) error {
			s.Providers = r.providers(v)
			return nil
		}},
		{storeKey, func(v hujson.Value) (err error) {
			s.Store, err = r.store(v)
			return err
		}},
		{chainsKey, func(v hujson.Value) error {
			s.Chains = r.chains(v)
			return nil
		}},
		{pricesKey, func(v hujson.Value) error {
			s.Prices = r.prices(v)
			return nil
		}},
		{currencyKey, func(v hujson.Value) error {
			if err := textField(currencyKey, &s.Currency).read(v); err != nil {
				return err
			}
			return checkCurrency(s.Currency)
		}},
		{schemaKey, func(v hujson.Value) error {
			if literal(v).Kind() != '"' {
				return refuse("the place of the schema", found(v))
			}
			return nil
		}},
	}
	for _, k := range table() {
		fields = append(fields, field{k.describe().Name, func(v hujson.Value) error { return k.read(&s, v) }})
	}
	r.object(root, "", fields)
	return s
}

func (r *reader) providers(v hujson.Value) map[string]Override {
	all := map[string]Override{}
	r.members(v, providersKey, func(key string, m hujson.ObjectMember) {
		name := jsonc.NameOf(m)
		if err := checkProviderName(name); err != nil {
			r.report(m.Name, key, err)
		}
		all[name] = r.override(m.Value, key)
	})
	return all
}

func (r *reader) override(v hujson.Value, key string) Override {
	var o Override
	var fields []field
	for _, k := range table() {
		fields = append(fields, field{k.describe().Name, func(v hujson.Value) error { return k.readOverride(&o, v) }})
	}
	for _, e := range endpoints() {
		fields = append(fields, field{e.name, func(v hujson.Value) error { return e.read(&o, v) }})
	}
	r.object(v, key, fields)
	return o
}

// object reads an object whose keys are known.
func (r *reader) object(v hujson.Value, path string, fields []field) {
	byName := make(map[string]field, len(fields))
	for _, f := range fields {
		byName[f.name] = f
	}
	r.members(v, path, func(key string, m hujson.ObjectMember) {
		f, known := byName[jsonc.NameOf(m)]
		if !known {
			r.report(m.Name, key, unknownKey(jsonc.NameOf(m), fields))
			return
		}
		if err := f.read(m.Value); err != nil {
			r.report(m.Value, key, err)
		}
		line, _ := r.position(m.Name)
		r.origins[key] = Origin{Path: r.path, Line: line}
	})
}

// members calls read for each member of an object, with its full key. It
// reports a value that is no object, and a key that stands twice.
func (r *reader) members(v hujson.Value, path string, read func(key string, m hujson.ObjectMember)) {
	object, ok := v.Value.(*hujson.Object)
	if !ok {
		r.report(v, path, refuse("an object, { … }", found(v)))
		return
	}
	firstLine := map[string]int{}
	for _, m := range object.Members {
		name := jsonc.NameOf(m)
		key := strings.TrimPrefix(path+"."+name, ".")
		line, _ := r.position(m.Name)
		if first, twice := firstLine[name]; twice {
			r.report(m.Name, key, fmt.Errorf("stands twice, first in line %d; keep one", first))
			continue
		}
		firstLine[name] = line
		read(key, m)
	}
}

func (r *reader) report(at hujson.Value, key string, err error) {
	line, column := r.position(at)
	r.found = append(r.found, Problem{Line: line, Column: column, Key: key, Message: err.Error()})
}

func (r *reader) position(v hujson.Value) (line, column int) {
	before := r.data[:v.StartOffset]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// longestShown is how much of a value a message repeats.
const longestShown = 40

// found describes a value for the end of "must be …, not …".
func found(v hujson.Value) string {
	switch v.Value.Kind() {
	case '{':
		return "an object"
	case '[':
		return "a list"
	}
	literal := v.Value.(hujson.Literal)
	if len(literal) > longestShown {
		return "a longer value"
	}
	return string(literal)
}
