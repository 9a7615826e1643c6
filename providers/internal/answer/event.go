package answer

import (
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/providers"
)

// ReadNamed calls step with an event's name. When the event has no name, or one
// that step does not know, the type in its data is used: some proxies drop the
// names, or give all events the same one. It allocates nothing.
func ReadNamed(name, data []byte, step func(name string) providers.StreamStep) (string, providers.StreamStep) {
	if named := view(name); named != "" {
		if s := step(named); s != providers.StreamUnknown {
			return named, s
		}
	}
	kind := Member(data, "type")
	if kind.Type != gjson.String || kind.Str == "" {
		return "", providers.StreamUnknown
	}
	return kind.Str, step(kind.Str)
}

// Member returns the member at path of the object at the beginning of data, as
// far as it is there, whatever the order of members. The result shares data's
// bytes.
func Member(data []byte, path string) gjson.Result { return gjson.Get(view(data), path) }

// HasError reports whether an object's member error is an object itself.
func HasError(data []byte) bool { return Member(data, "error").IsObject() }

// view is data as a string that nobody keeps.
func view(data []byte) string { return unsafe.String(unsafe.SliceData(data), len(data)) } //nolint:gosec // only read
