package exchange

import (
	"bytes"
	"encoding/json"
)

// firstObject returns the JSON object at the beginning of body, after a byte
// order mark if there is one. It ignores what follows: the answer is complete,
// however the connection ended.
func firstObject(body []byte) (object []byte, whole bool) {
	var first json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(withoutMark(body))).Decode(&first); err != nil || first[0] != '{' {
		return nil, false
	}
	return first, true
}

func withoutMark(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) }

// arrived returns, as an object, the complete members of an object that was cut;
// nil when body is not one.
func arrived(body []byte) []byte {
	body = withoutMark(body)
	reader := json.NewDecoder(bytes.NewReader(body))
	if begin, err := reader.Token(); err != nil || begin != json.Delim('{') {
		return nil
	}
	members := map[string]json.RawMessage{}
	for reader.More() {
		name, value, ok := member(reader)
		if !ok || !ended(value, body[reader.InputOffset():]) {
			break
		}
		members[name] = value
	}
	object, _ := json.Marshal(members) // its values were just read
	return object
}

func member(reader *json.Decoder) (name string, value json.RawMessage, ok bool) {
	token, err := reader.Token()
	if err != nil {
		return "", nil, false
	}
	name, ok = token.(string)
	return name, value, ok && reader.Decode(&value) == nil
}

// ended reports whether a value is complete: either what follows it has arrived,
// or it is a string, which shows its own end.
func ended(value json.RawMessage, rest []byte) bool {
	return value[0] == '"' || len(bytes.TrimSpace(rest)) > 0
}
