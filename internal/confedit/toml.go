package confedit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

type tomlEditor struct{}

func (tomlEditor) read(data []byte) (map[string]any, error) {
	all := map[string]any{}
	if err := toml.Unmarshal(data, &all); err != nil {
		return nil, unreadable("TOML", err)
	}
	withFloats(all)
	return all, nil
}

// withFloats is a value whose numbers are those of JSON.
func withFloats(value any) any {
	switch v := value.(type) {
	case int64:
		return float64(v)
	case []any:
		for i := range v {
			v[i] = withFloats(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = withFloats(v[name])
		}
	}
	return value
}

func (tomlEditor) set(data []byte, key Key, value any) ([]byte, error) {
	written, err := tomlValue(value)
	if err != nil {
		return nil, err
	}
	items := scanTOML(data)
	for _, item := range items {
		if !item.header && slices.Equal(item.key, key) {
			return slices.Concat(data[:item.value], []byte(written), data[item.valueEnd:]), nil
		}
	}
	at, line := place(data, items, key[:len(key)-1]), tomlName(key[len(key)-1:])+" = "+written+"\n"
	if at < 0 {
		at, line = len(data), "\n["+tomlName(key[:len(key)-1])+"]\n"+line
	}
	before := data[:at]
	if len(before) > 0 {
		before = ended(before)
	} else {
		line = strings.TrimPrefix(line, "\n")
	}
	return slices.Concat(before, []byte(line), data[at:]), nil
}

// place is where a key of a table goes: behind the last one that is there. It is -1
// when there is no such table.
func place(data []byte, items []tomlItem, table Key) int {
	at, inside := -1, len(table) == 0
	if inside {
		at = topStart(data, items)
	}
	for _, item := range items {
		if item.header {
			inside = !item.array && slices.Equal(item.key, table)
		}
		if inside {
			at = item.to
		}
	}
	return at
}

// topStart is where the first key outside of tables goes: behind what stands at the
// top, and before the first table with the comment on it.
func topStart(data []byte, items []tomlItem) int {
	end := len(data)
	if len(items) > 0 {
		end = items[0].from
	}
	if blank := bytes.LastIndex(data[:end], []byte("\n\n")); blank >= 0 && len(items) > 0 {
		return blank + 2
	}
	if len(items) > 0 {
		return 0
	}
	return end
}

// remove removes the lines of a key, and its table's header when nothing is left of
// the table.
func (tomlEditor) remove(data []byte, key Key) ([]byte, error) {
	items := scanTOML(data)
	i := slices.IndexFunc(items, func(item tomlItem) bool { return !item.header && slices.Equal(item.key, key) })
	if i < 0 {
		return data, nil
	}
	from, to := items[i].from, items[i].to
	if i > 0 && items[i-1].header && !items[i-1].array && (i == len(items)-1 || items[i+1].header) && items[i-1].to == from {
		from = items[i-1].from
		if bytes.HasSuffix(data[:from], []byte("\n\n")) {
			from-- // the empty line before the table
		}
	}
	return slices.Concat(data[:from], data[to:]), nil
}
