package persistence

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
)

// splitObject decodes a JSON object into a struct and returns the members that
// the struct has no field for. A field that is a struct is split in the same way;
// its unknown members are returned as an object under its name.
//
// Unlike encoding/json it matches names exactly, so that "ID" is not taken for
// "id" and then kept a second time. After an error, which quotes nothing of the
// data, the other fields are still set.
func splitObject(data []byte, into any) (map[string]json.RawMessage, error) {
	target := reflect.ValueOf(into).Elem()
	if looksOwn(data, target.Type()) && json.Unmarshal(data, into) == nil {
		return nil, nil
	}
	return splitMembers(data, target)
}

func splitMembers(data []byte, target reflect.Value) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return nil, fmt.Errorf("it is not one whole JSON object (%d bytes)", len(data))
	}
	var err error
	for i := range target.NumField() {
		name := memberName(target.Type().Field(i))
		raw, ok := members[name]
		delete(members, name)
		if !ok {
			continue
		}
		unknown, fieldErr := splitField(raw, target.Field(i))
		if fieldErr != nil && err == nil {
			err = fmt.Errorf("its member %q has the wrong form", name)
		}
		if len(unknown) > 0 {
			members[name] = unknown
		}
	}
	if len(members) == 0 {
		members = nil
	}
	return members, err
}

// splitField decodes one member and returns what is unknown in it.
func splitField(raw json.RawMessage, field reflect.Value) (json.RawMessage, error) {
	if !isObject(field.Type()) {
		return nil, json.Unmarshal(raw, field.Addr().Interface())
	}
	unknown, err := splitMembers(raw, field)
	if err != nil || len(unknown) == 0 {
		return nil, err
	}
	return json.Marshal(unknown)
}

// joinObject encodes a struct together with what [splitObject] returned.
func joinObject(from any, unknown map[string]json.RawMessage) ([]byte, error) {
	own, err := json.Marshal(from)
	if err != nil || len(unknown) == 0 {
		return own, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(own, &members); err != nil {
		return nil, err
	}
	all := maps.Clone(unknown)
	value := reflect.ValueOf(from).Elem()
	for i := range value.NumField() {
		name := memberName(value.Type().Field(i))
		delete(all, name)
		if raw, ok := unknown[name]; ok && isObject(value.Field(i).Type()) {
			if members[name], err = joinField(value.Field(i), raw); err != nil {
				return nil, err
			}
		}
	}
	maps.Copy(all, members)
	return json.Marshal(all)
}

func joinField(field reflect.Value, raw json.RawMessage) (json.RawMessage, error) {
	var unknown map[string]json.RawMessage
	if err := json.Unmarshal(raw, &unknown); err != nil {
		return nil, err
	}
	return joinObject(field.Addr().Interface(), unknown)
}

// isObject tells a struct that is written as an object from a time.
func isObject(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}

func memberName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}
