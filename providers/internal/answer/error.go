// Package answer holds what all providers read in the same way from an
// upstream answer: the error in its body, the class of its status, the marks
// of a firewall, and the evidence of a limit.
package answer

import (
	"encoding/json"
	"strings"
)

// Error is an error as the JSON of a body tells it; every field may be empty.
type Error struct {
	// Type is the kind of error ("rate_limit_error").
	Type string `json:"type"`
	// Code is more precise than Type where both are told.
	Code string `json:"code"`
	// Message is for people. It must not reach a log or an error's text.
	Message string `json:"message"`
	// URL is where the owner of the account is sent to.
	URL string `json:"verification_url"`
}

// ParseError reads the forms that are in use: {"error":{…}}, {"error":"code"}
// (RFC 6749 section 5.2), {"detail":{…}}, {"detail":"message"} and the fields
// without anything around them. What is not JSON gives the zero Error.
func ParseError(body []byte) Error {
	var outer struct {
		Error
		Inner  json.RawMessage `json:"error"`
		Detail json.RawMessage `json:"detail"`
	}
	// A field of another type stays empty; what is not JSON leaves all empty.
	_ = json.Unmarshal(body, &outer)
	switch {
	case isObject(outer.Inner):
		return parseObject(outer.Inner)
	case isObject(outer.Detail):
		return parseObject(outer.Detail)
	}
	if outer.Code == "" {
		_ = json.Unmarshal(outer.Inner, &outer.Code)
	}
	if outer.Message == "" {
		_ = json.Unmarshal(outer.Detail, &outer.Message)
	}
	return outer.Error
}

func isObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }

func parseObject(raw json.RawMessage) Error {
	var e Error
	_ = json.Unmarshal(raw, &e) // a field of another type stays empty
	return e
}

// Word returns the error's short name: its code, else its type, whichever
// first is a word (see [Word]).
func (e Error) Word() string {
	if word := Word(e.Code); word != "" {
		return word
	}
	return Word(e.Type)
}

// Is reports whether the code or the type is one of words.
func (e Error) Is(words ...string) bool {
	for _, word := range words {
		if e.Code == word || e.Type == word {
			return true
		}
	}
	return false
}

// Mentions reports whether the message contains one of phrases, which are in
// lower case.
func (e Error) Mentions(phrases ...string) bool {
	message := strings.ToLower(e.Message)
	for _, phrase := range phrases {
		if strings.Contains(message, phrase) {
			return true
		}
	}
	return false
}

// longestWord is more than every code that providers document.
const longestWord = 64

// Word returns text when it is fit to be kept and shown as a provider's short
// word, else nothing. Lower-case letters, digits and underscores are all that
// codes consist of, while a token that a server echoes has more.
func Word(text string) string {
	if len(text) > longestWord {
		return ""
	}
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return ""
		}
	}
	return text
}
