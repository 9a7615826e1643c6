package settings

import (
	"bytes"

	"github.com/tailscale/hujson"
)

// Unset returns the content of a settings file without one setting, which then
// has its default again. Comments and all other keys stay as they were. A key
// that the file does not have is no error. Its errors are those of [Set].
func Unset(path string, data []byte, key string) ([]byte, error) {
	if data == nil {
		data = []byte(newFile)
	}
	if _, _, err := parse(path, data); err != nil {
		return nil, err
	}
	if err := known(key); err != nil {
		return nil, asError(path, []Problem{{Key: key, Message: err.Error()}})
	}
	root, err := hujson.Parse(normal(data))
	if err != nil {
		return nil, err // parse has just accepted it
	}
	drop(&root, split(key))
	return root.Pack(), nil
}

// drop removes the member at path. An object that is left empty stays.
func drop(v *hujson.Value, path []string) {
	object, _ := v.Value.(*hujson.Object)
	for i := range object.Members {
		switch {
		case memberName(object.Members[i]) != path[0]:
		case len(path) > 1:
			drop(&object.Members[i].Value, path[1:])
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
