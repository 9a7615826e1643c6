package sse

import "bytes"

// Form is what a body is by its first bytes.
type Form uint8

// The forms.
const (
	// Unclear: too few bytes to tell.
	Unclear Form = iota
	// Events: a stream of events.
	Events
	// JSON: one object.
	JSON
	// Page: a page for a browser.
	Page
	// Other: anything else.
	Other
)

// FormOf tells the form of a body by its beginning, after a byte order mark and
// white space.
func FormOf(beginning []byte) Form {
	const mark = "\ufeff"
	if len(beginning) < len(mark) && bytes.HasPrefix([]byte(mark), beginning) {
		return Unclear
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(beginning, []byte(mark)), " \t\r\n")
	if len(text) == 0 {
		return Unclear
	}
	switch text[0] {
	case '{':
		return JSON
	case '<':
		return Page
	case ':':
		return Events
	}
	return formOfLine(text)
}

// formOfLine tells the form from the first line, read as a field.
func formOfLine(text []byte) Form {
	name := text
	end := bytes.IndexAny(text, ":\r\n")
	if end >= 0 {
		name = text[:end]
	}
	for _, field := range [...]string{"event", "data", "id", "retry"} {
		switch {
		case end >= 0 && string(name) == field:
			return Events
		case end < 0 && len(name) <= len(field) && field[:len(name)] == string(name):
			return Unclear
		}
	}
	return Other
}
