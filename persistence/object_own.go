package persistence

import (
	"bytes"
	"reflect"
)

// looksOwn reports whether the members of the JSON object data are fields of the
// struct, in their order and without spaces, as this version writes them. Such an
// object needs no splitting, which takes much longer. Data that is not JSON may
// look so too.
func looksOwn(data []byte, fields reflect.Type) bool {
	next, depth := 0, 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case ' ', '\t', '\r', '\n':
			return false // this version writes none
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return true
			}
		case '"':
			end := stringEnd(data, i)
			if depth == 1 && end < len(data) && data[end] == ':' {
				field := fieldFrom(fields, next, data[i+1:end-1])
				if field < 0 || !valueLooksOwn(data[end+1:], fields.Field(field).Type) {
					return false
				}
				next = field + 1
			}
			i = end - 1
		}
	}
	return true
}

func valueLooksOwn(data []byte, field reflect.Type) bool {
	return !isObject(field) || looksOwn(data, field)
}

// stringEnd returns where the JSON string that begins at start ends.
func stringEnd(data []byte, start int) int {
	for i := start + 1; i < len(data); {
		quote := bytes.IndexByte(data[i:], '"')
		if quote < 0 {
			break
		}
		if i += quote; !escaped(data[start+1 : i]) {
			return i + 1
		}
		i++
	}
	return len(data)
}

// escaped reports whether text escapes the character that follows it.
func escaped(text []byte) bool {
	return (len(text)-len(bytes.TrimRight(text, `\`)))%2 == 1
}

// fieldFrom returns the number of the field called name, searching from the field
// number from on; -1 when there is none.
func fieldFrom(fields reflect.Type, from int, name []byte) int {
	for i := from; i < fields.NumField(); i++ {
		if memberName(fields.Field(i)) == string(name) {
			return i
		}
	}
	return -1
}
