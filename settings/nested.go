package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/seed-810f1486/multiaccount/internal/jsonc"
)

// nested is a key at the top whose value is an object of parts with names of the
// user's own, each of which may be set by itself: chains.claude, prices.gpt-5.5.
type nested struct {
	key, part, example string
	// shown is its value, as the file would have it; empty without parts.
	shown func(*Settings) string
}

func nestedKeys() []nested {
	return []nested{
		{chainsKey, "chain", `[{"pool": "anthropic"}, {"pool": "zai", "models": {"claude-*": "glm-5"}}]`, shownChains},
		{pricesKey, "price", `{"input": 15, "output": 75}`, shownPrices},
	}
}

// nestedOf returns the nested key that a full name begins with.
func nestedOf(key string) (of nested, ok bool) {
	first, _, _ := strings.Cut(key, ".")
	all := nestedKeys()
	i := slices.IndexFunc(all, func(n nested) bool { return n.key == first })
	if i < 0 {
		return nested{}, false
	}
	return all[i], true
}

// checkAlone returns value as the file would have it, when a file with key alone may
// have it. The problems have no places: nobody has the file that they are in.
func checkAlone(key, value string) (hujson.Value, []Problem) {
	parsed, err := readTyped(key, value)
	if err != nil {
		return parsed, []Problem{{Key: key, Message: err.Error()}}
	}
	root := hujson.Value{Value: &hujson.Object{}}
	err = jsonc.Put(&root, split(key), parsed)
	if err == nil {
		_, _, err = parse("", root.Pack())
	}
	wrong, ok := errors.AsType[*Error](err)
	if !ok {
		return parsed, nil
	}
	for i := range wrong.Problems {
		wrong.Problems[i].Line, wrong.Problems[i].Column = 0, 0
	}
	return parsed, wrong.Problems
}

// readTyped reads what somebody typed in the place of a value.
func readTyped(key, value string) (hujson.Value, error) {
	of, ok := nestedOf(key)
	if !ok {
		return typed(value, true), nil
	}
	parsed, err := hujson.Parse([]byte(value + "\n"))
	if err == nil {
		return parsed, nil
	}
	example := of.example
	if key == of.key {
		example = fmt.Sprintf(`{"NAME": %s}`, of.example)
	}
	return parsed, fmt.Errorf("must be JSON, such as %s; write it in quotation marks that your shell leaves as they are", example)
}

// getNested returns the value of a nested key, or of one of its parts, among what is
// in effect.
func getNested(path string, all []Entry, of nested, key string) (Entry, error) {
	e := Entry{Key: of.key, Value: "{}"}
	if i := slices.IndexFunc(all, func(e Entry) bool { return e.Key == of.key }); i >= 0 {
		e = all[i]
	}
	if key == of.key {
		return e, nil
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal([]byte(e.Value), &parts); err != nil {
		return Entry{}, err
	}
	name := split(key)[1]
	value, ok := parts[name]
	if !ok {
		return Entry{}, asError(path, []Problem{{Key: key, Message: "there is no " + of.part + " of this name"}})
	}
	return Entry{Key: key, Value: string(value), Origin: e.Origin}, nil
}
