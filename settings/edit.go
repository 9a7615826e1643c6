package settings

import (
	"slices"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/seed-810f1486/multiaccount/internal/jsonc"
)

// newFile is what a file starts from that is not there yet.
const newFile = "{\n}\n"

// Set returns the content of a settings file with one setting changed. Its comments
// and all other keys stay as they were; only comments within the old value go with it.
//
// key is the full name ("max_wait_ms", "providers.openai.base_url", "chains.claude").
// value is JSON; text needs no quotes. data is the file's content, nil for a file that
// is not there yet. path is for messages only.
//
// The error is an [*Error]: the file cannot be used as it is, there is no such
// key, or the value is not allowed.
func Set(path string, data []byte, key, value string) ([]byte, error) {
	if data == nil {
		data = []byte(newFile)
	}
	if _, _, err := parse(path, data); err != nil {
		return nil, err
	}
	parsed, wrong := check(key, value)
	if err := asError(path, wrong); err != nil {
		return nil, err
	}
	root, err := hujson.Parse(normal(data))
	if err != nil {
		return nil, err // parse has just accepted it
	}
	if err := jsonc.Put(&root, split(key), parsed); err != nil {
		return nil, err
	}
	return root.Pack(), nil
}

// Check reports what is wrong with the content of a settings file, as an
// [*Error]. path is for messages only.
func Check(path string, data []byte) error {
	_, _, err := parse(path, data)
	return err
}

// check returns value as the file would have it, when key may have it, else what is
// wrong.
func check(key, value string) (hujson.Value, []Problem) {
	if _, ok := nestedOf(key); ok || key == currencyKey {
		return checkAlone(key, value)
	}
	parsed, err := checkSingle(key, value)
	if err != nil {
		return parsed, []Problem{{Key: key, Message: err.Error()}}
	}
	return parsed, nil
}

// checkSingle is check for a key that has a single value.
func checkSingle(key, value string) (hujson.Value, error) {
	if err := known(key); err != nil {
		return hujson.Value{}, err
	}
	path := split(key)
	name := path[len(path)-1]
	for _, e := range endpoints() {
		if e.name == name {
			v := written(e, value)
			return v, e.read(&Override{}, v)
		}
	}
	for _, k := range table() {
		if k.describe().Name == name {
			v := written(k, value)
			return v, k.read(&Settings{}, v)
		}
	}
	return hujson.Value{}, unknownKey(name, nil) // known has found it
}

// known says what is wrong with the full name of a setting.
func known(key string) error {
	if _, ok := nestedOf(key); ok {
		return nil
	}
	path := split(key)
	if len(path) > 1 {
		if err := checkProviderName(path[1]); err != nil {
			return err
		}
	}
	fields := keyFields(len(path) > 1)
	name := path[len(path)-1]
	if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
		return unknownKey(name, fields)
	}
	return nil
}

// keyFields are the keys that may be set, at the top or under a provider.
func keyFields(ofProvider bool) []field {
	var fields []field
	for _, k := range Keys() {
		if ofProvider || !k.ProviderOnly {
			fields = append(fields, field{name: k.Name})
		}
	}
	if ofProvider {
		return fields
	}
	for _, n := range nestedKeys() {
		fields = append(fields, field{name: n.key})
	}
	return append(fields, field{name: currencyKey})
}

// split takes a full name apart. The names of providers, chains and models may have
// dots in them.
func split(key string) []string {
	if of, ok := nestedOf(key); ok && key != of.key {
		return []string{of.key, strings.TrimPrefix(key, of.key+".")}
	}
	inner, nested := strings.CutPrefix(key, providersKey+".")
	dot := strings.LastIndexByte(inner, '.')
	if !nested || dot < 0 {
		return []string{key}
	}
	return []string{providersKey, inner[:dot], inner[dot+1:]}
}
