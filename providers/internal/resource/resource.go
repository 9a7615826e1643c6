// Package resource finds the ids of resources that belong to one account, in
// requests and answers, without parsing them. Inside a JSON string quotes are
// escaped, so no text is mistaken for a member.
package resource

import (
	"bytes"
	"strings"
)

// longestID bounds the length of an id.
const longestID = 200

// Named returns the values of the members called keys, which end in "_id", and
// the first value of those with an "s" added to the name. The result shares
// nothing with body.
func Named(body string, keys ...string) []string {
	var ids []string
	for {
		at := strings.Index(body, "_id")
		if at < 0 {
			return ids
		}
		before, after := body[:at+len("_id")], body[at+len("_id"):]
		for _, key := range keys {
			if !strings.HasSuffix(before, `"`+key) {
				continue
			}
			if id := value(after); id != "" {
				ids = append(ids, strings.Clone(id))
			}
		}
		body = after
	}
}

// value returns the string after a member's name, whose last quote is still in
// rest; for a list, its first string.
func value(rest string) string {
	rest = strings.TrimPrefix(rest, "s")
	for _, next := range []string{`"`, ":", "[", `"`} {
		trimmed := strings.TrimLeft(rest, " \t\r\n")
		if !strings.HasPrefix(trimmed, next) {
			if next == "[" {
				continue
			}
			return ""
		}
		rest = trimmed[1:]
	}
	id, _, ended := strings.Cut(rest, `"`)
	if !ended || len(id) > longestID || strings.Contains(id, `\`) {
		return ""
	}
	return id
}

// Made returns the first member "id" in an answer's beginning whose value begins
// with one of prefixes; empty when there is none.
func Made(beginning []byte, prefixes ...string) string {
	for {
		at := bytes.Index(beginning, []byte(`"id"`))
		if at < 0 {
			return ""
		}
		beginning = beginning[at+len(`"id`):]
		id := value(string(beginning[:min(len(beginning), 2*longestID)]))
		for _, prefix := range prefixes {
			if strings.HasPrefix(id, prefix) {
				return id
			}
		}
	}
}

// InPath returns the segment after folder in a path, folder being between slashes
// ("/files/"); empty when there is none.
func InPath(path, folder string) string {
	_, rest, found := strings.Cut(path, folder)
	if !found {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}
