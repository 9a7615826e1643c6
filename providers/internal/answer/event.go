package answer

import "bytes"

// EventName returns an event's name. Where it has none it is the type with
// which the JSON of its data begins, as some proxies drop the names.
func EventName(name, data []byte) []byte {
	if len(name) > 0 {
		return name
	}
	kind, found := bytes.CutPrefix(data, []byte(`{"type":"`))
	if !found {
		return nil
	}
	kind, _, _ = bytes.Cut(kind, []byte{'"'})
	return kind
}
