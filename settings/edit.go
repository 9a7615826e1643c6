package settings

import (
	"bytes"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

// newFile is what a file starts from that is not there yet.
const newFile = "{\n}\n"

// Set returns the content of a settings file with one setting changed, and its
// comments and all other keys as they were. key is the full name
// ("max_wait_ms", "providers.openai.base_url"), value is JSON, or text without
// quotes where text belongs. data may be nil for a file that is not there yet;
// path is for messages only.
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
	parsed, err := check(key, value)
	if err != nil {
		return nil, asError(path, []Problem{{Key: key, Message: err.Error()}})
	}
	root, err := hujson.Parse(normal(data))
	if err != nil {
		return nil, err // parse has just accepted it
	}
	put(&root, split(key), parsed)
	return root.Pack(), nil
}

// Check reports what is wrong with the content of a settings file, as an
// [*Error]. path is for messages only.
func Check(path string, data []byte) error {
	_, _, err := parse(path, data)
	return err
}

// check returns value as the file would have it, when key may have it.
func check(key, value string) (hujson.Value, error) {
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
	return fields
}

// split takes a full name apart. A provider's name may have dots in it.
func split(key string) []string {
	inner, nested := strings.CutPrefix(key, providersKey+".")
	dot := strings.LastIndexByte(inner, '.')
	if !nested || dot < 0 {
		return []string{key}
	}
	return []string{providersKey, inner[:dot], inner[dot+1:]}
}

// put sets the member at path, and makes the objects on its way.
func put(v *hujson.Value, path []string, value hujson.Value) {
	if len(path) == 0 {
		v.Value = value.Value
		return
	}
	object, _ := v.Value.(*hujson.Object)
	for i := range object.Members {
		if memberName(object.Members[i]) == path[0] {
			put(&object.Members[i].Value, path[1:], value)
			return
		}
	}
	member := appendMember(object, path[0], indentOf(v))
	if len(path) > 1 {
		member.Value = &hujson.Object{AfterExtra: lastLine(object.Members[len(object.Members)-1].Name.BeforeExtra)}
	}
	put(member, path[1:], value)
}

// appendMember adds a member behind the others, in their style, and returns
// its value. A comment that follows the last one stays where it is.
func appendMember(o *hujson.Object, name, indent string) *hujson.Value {
	tail, m := o.AfterExtra, hujson.ObjectMember{Name: hujson.Value{Value: hujson.String(name)}}
	comments := bytes.TrimRight(tail, " \t\r\n")
	oneLine := len(comments) == 0 && !bytes.Contains(tail, []byte("\n"))
	m.Value.BeforeExtra = hujson.Extra(" ")
	switch last := len(o.Members) - 1; {
	case last < 0:
		m.Name.BeforeExtra = hujson.Extra(string(comments) + "\n" + indent + "  ")
		o.AfterExtra = hujson.Extra("\n" + indent)
	case oneLine:
		m.Name.BeforeExtra = hujson.Extra(" ")
		m.Value.AfterExtra = o.Members[last].Value.AfterExtra
	default:
		m.Name.BeforeExtra = append(hujson.Extra(comments), lastLine(o.Members[last].Name.BeforeExtra)...)
		o.AfterExtra = lastLine(tail)
		m.Value.AfterExtra = o.Members[last].Value.AfterExtra
	}
	if m.Value.AfterExtra != nil {
		m.Value.AfterExtra = hujson.Extra{} // a trailing comma, as the last one had
	}
	o.Members = append(o.Members, m)
	return &o.Members[len(o.Members)-1].Value
}

// indentOf returns what the line begins with on which an object ends.
func indentOf(v *hujson.Value) string {
	object, _ := v.Value.(*hujson.Object)
	return strings.TrimPrefix(string(lastLine(object.AfterExtra)), "\n")
}

// lastLine returns the line end and the indentation that extra ends with.
func lastLine(extra hujson.Extra) hujson.Extra {
	space := extra[len(bytes.TrimRight(extra, " \t\r\n")):]
	if end := bytes.LastIndexByte(space, '\n'); end >= 0 {
		return hujson.Extra("\n" + string(space[end+1:]))
	}
	return hujson.Extra("\n")
}
