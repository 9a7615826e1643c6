package jsonc

import (
	"bytes"

	"github.com/tailscale/hujson"
)

// Drop removes the member at path, when there is one. An object that is left empty
// stays.
func Drop(v *hujson.Value, path []string) {
	object, ok := v.Value.(*hujson.Object)
	if !ok {
		return
	}
	for i := range object.Members {
		switch {
		case NameOf(object.Members[i]) != path[0]:
		case len(path) > 1:
			Drop(&object.Members[i].Value, path[1:])
			return
		default:
			dropMember(object, i)
			return
		}
	}
}

// dropMember removes a member. A comment before it may be about more than the
// member, and stays.
func dropMember(o *hujson.Object, i int) {
	gone := o.Members[i]
	o.Members = append(o.Members[:i], o.Members[i+1:]...)
	last := len(o.Members) - 1
	if i <= last {
		next := &o.Members[i].Name
		next.BeforeExtra = joinComments(gone.Name.BeforeExtra, next.BeforeExtra)
		return
	}
	o.AfterExtra = joinComments(gone.Name.BeforeExtra, o.AfterExtra)
	if last >= 0 {
		o.Members[last].Value.AfterExtra = gone.Value.AfterExtra // a trailing comma, or none
	}
}

// joinComments returns what stands before with the comments of what stood there.
func joinComments(gone, before hujson.Extra) hujson.Extra {
	comments := bytes.TrimRight(gone, " \t\r\n")
	return append(hujson.Extra(bytes.Clone(comments)), before...)
}
