// Package resource finds the ids of resources that belong to one account, in
// requests and answers, without reading them as a whole. What stands within a
// JSON string has its quotes escaped, so that no text passes for a member.
package resource

import (
	"bytes"
	"strings"
)

// longestID bounds what is taken for an id.
const longestID = 200

// Named returns the values of the members called keys, which end in "_id", and
// the first of those called so with an "s". The result shares nothing with body.
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

// value returns the string behind a member's name, whose last quote is still to
// come; of a list its first.
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

// Made returns the first member "id" of an answer's beginning whose value begins
// with one of these; empty when there is none.
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

// InPath returns the segment of a path that follows folder, which is between slashes
// ("/files/"); empty when there is none.
func InPath(path, folder string) string {
	_, rest, found := strings.Cut(path, folder)
	if !found {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}
