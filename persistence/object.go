package persistence

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
)

// splitObject decodes a JSON object into a struct and returns the members
// that the struct has no field for. Unlike encoding/json it matches names
// exactly, so that "ID" is not taken for "id" and then kept a second time.
// After an error, which quotes nothing, the other fields are set all the same.
func splitObject(data []byte, into any) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return nil, fmt.Errorf("it is not one whole JSON object (%d bytes)", len(data))
	}
	var err error
	target := reflect.ValueOf(into).Elem()
	for i := range target.NumField() {
		name := memberName(target.Type().Field(i))
		raw, ok := members[name]
		if ok && json.Unmarshal(raw, target.Field(i).Addr().Interface()) != nil && err == nil {
			err = fmt.Errorf("its member %q has the wrong form", name)
		}
		delete(members, name)
	}
	if len(members) == 0 {
		members = nil
	}
	return members, err
}

// joinObject encodes a struct, with the unknown members after its own. A
// member that the struct has a field for is left out.
func joinObject(from any, unknown map[string]json.RawMessage) ([]byte, error) {
	own, err := json.Marshal(from)
	if err != nil {
		return nil, err
	}
	rest := withoutKnown(from, unknown)
	if len(rest) == 0 {
		return own, nil
	}
	more, err := json.Marshal(rest)
	if err != nil {
		return nil, err
	}
	if string(own) == "{}" {
		return more, nil
	}
	return append(append(own[:len(own)-1], ','), more[1:]...), nil
}

func withoutKnown(from any, unknown map[string]json.RawMessage) map[string]json.RawMessage {
	rest := maps.Clone(unknown)
	known := reflect.TypeOf(from).Elem()
	for i := range known.NumField() {
		delete(rest, memberName(known.Field(i)))
	}
	return rest
}

func memberName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}
