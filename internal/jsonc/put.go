// Package jsonc changes single members of JSON with comments, and leaves all else as
// it was written.
package jsonc

import (
	"bytes"
	"errors"
	"strings"

	"github.com/tailscale/hujson"
)

// errNoObject is returned where something else stands in the place of an object.
var errNoObject = errors.New("not an object")

// Put sets the member at path, and makes the objects on its way. What is there
// already keeps its place and its comments, what is new stands behind it. It fails
// when something else than an object is on the way.
func Put(v *hujson.Value, path []string, value hujson.Value) error {
	if len(path) == 0 {
		v.Value = value.Value
		return nil
	}
	object, ok := v.Value.(*hujson.Object)
	if !ok {
		return errNoObject
	}
	for i := range object.Members {
		if NameOf(object.Members[i]) == path[0] {
			return Put(&object.Members[i].Value, path[1:], value)
		}
	}
	member := appendMember(object, path[0], indentOf(v))
	if len(path) > 1 {
		member.Value = &hujson.Object{AfterExtra: lastLine(object.Members[len(object.Members)-1].Name.BeforeExtra)}
	}
	return Put(member, path[1:], value)
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

// NameOf returns the name of a member.
func NameOf(m hujson.ObjectMember) string { return m.Name.Value.(hujson.Literal).String() }
