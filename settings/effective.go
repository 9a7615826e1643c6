package settings

import (
	"fmt"
	"maps"
	"slices"
)

// Origin says where a value comes from. The zero value means the default.
type Origin struct {
	// Path and Line are set for a value from the file.
	Path string `json:"path,omitempty"`
	Line int    `json:"line,omitempty"`
	// Variable is set for a value from the environment.
	Variable string `json:"variable,omitempty"`
}

// String returns "default", "path:line" or the variable's name.
func (o Origin) String() string {
	switch {
	case o.Variable != "":
		return o.Variable
	case o.Line > 0:
		return fmt.Sprintf("%s:%d", o.Path, o.Line)
	}
	return "default"
}

// Entry is the value of one setting that is in effect.
type Entry struct {
	// Key is the full name ("providers.openai.max_wait_ms").
	Key string
	// Value is JSON, written as in the file.
	Value  string
	Origin Origin
}

// Effective returns the value of every setting, as the file at path and the
// environment make it. First come the settings for all providers, in the order of
// [Keys], then those of the [Store], then those that differ for single providers. Its
// errors are those of [Load].
func Effective(path string) ([]Entry, error) {
	s, r, err := load(path)
	if err != nil {
		return nil, err
	}
	var all []Entry
	add := func(key, value string) {
		if value != "" {
			all = append(all, Entry{Key: key, Value: value, Origin: r.origins[key]})
		}
	}
	for _, k := range table() {
		add(k.describe().Name, k.shown(&s))
	}
	for _, key := range storeKeys() {
		add(key, s.Store.shown(key))
	}
	for _, n := range nestedKeys() {
		add(n.key, n.shown(&s))
	}
	if s.Currency != "" {
		add(currencyKey, quote(s.Currency))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Providers)) {
		override := s.Providers[name]
		for _, k := range table() {
			add(overrideKey(name, k.describe().Name), k.shownOverride(&override))
		}
		for _, e := range endpoints() {
			add(overrideKey(name, e.name), e.shown(&override))
		}
	}
	return all, nil
}

// Get returns the value of one setting that is in effect. A provider that has
// no value of its own has the value for all providers. An endpoint that is not
// set is an empty text. One chain or price is a setting, too ("chains.claude").
// Errors are those of [Load], and an [*Error] when there
// is no such key.
func Get(path, key string) (Entry, error) {
	of, isNested := nestedOf(key)
	parts := split(key)
	name := parts[len(parts)-1]
	fields := keyFields(len(parts) > 1)
	if !isNested && !slices.Contains(namesOf(fields), name) && !slices.Contains(storeKeys(), key) {
		return Entry{}, asError(path, []Problem{{Key: key, Message: unknownKey(name, fields).Error()}})
	}
	all, err := Effective(path)
	if err != nil {
		return Entry{}, err
	}
	if isNested {
		return getNested(path, all, of, key)
	}
	for _, wanted := range []string{key, name} {
		if i := slices.IndexFunc(all, func(e Entry) bool { return e.Key == wanted }); i >= 0 {
			return all[i], nil
		}
	}
	return Entry{Key: key, Value: quote("")}, nil
}
