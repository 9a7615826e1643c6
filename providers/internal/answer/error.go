// Package answer holds what all providers read in the same way from an upstream
// answer: the error in its body, the meaning of its status, the marks of a
// firewall, and the evidence of a limit.
package answer

import (
	"encoding/json"
	"strings"
)

// Error is an error from the JSON of a body; every field may be empty.
type Error struct {
	// Type is the kind of error ("rate_limit_error").
	Type string
	// Code is more precise than Type when both are given.
	Code string
	// Limit is the kind of limit that was reached, when the body names it
	// separately.
	Limit string
	// Message is for people. It must not reach a log or an error's text.
	Message string
	// URL is a page for the owner of the account.
	URL string
}

// fields are the members of an error. A member of another type counts as missing.
type fields struct {
	Type    text `json:"type"`
	Code    text `json:"code"`
	Message text `json:"message"`
	URL     text `json:"verification_url"`
	// Limit is a word, or an object with the word as its type.
	Limit   json.RawMessage `json:"rate_limit_reached_type"`
	Details json.RawMessage `json:"details"`
}

// text is a string, empty when the JSON has something else in its place.
type text string

// UnmarshalJSON never fails.
func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*t = text(s)
	}
	return nil
}

// ParseError reads the forms that are in use: {"error":{…}}, {"error":"code"}
// (RFC 6749 section 5.2), {"error":"message"}, {"detail":{…}},
// {"detail":"message"} and the fields at the top level. What is not JSON gives
// the zero Error.
func ParseError(body []byte) Error {
	var outer struct {
		fields
		Inner  json.RawMessage `json:"error"`
		Detail json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &outer) != nil {
		return Error{}
	}
	switch {
	case isObject(outer.Inner):
		return parseObject(outer.Inner)
	case isObject(outer.Detail):
		return parseObject(outer.Detail)
	}
	e := outer.parsed()
	e.take(stringOf(outer.Inner))
	e.take(stringOf(outer.Detail))
	return e
}

// take sets the code or the message from a string in place of an error's object.
func (e *Error) take(told string) {
	switch {
	case told != "" && e.Code == "" && Word(told) != "":
		e.Code = told
	case e.Message == "" && Word(told) == "":
		e.Message = told
	}
}

func isObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }

func stringOf(raw json.RawMessage) string {
	var t text
	if len(raw) > 0 {
		_ = t.UnmarshalJSON(raw)
	}
	return string(t)
}

func parseObject(raw json.RawMessage) Error {
	var f fields
	_ = json.Unmarshal(raw, &f) // it is part of what parsed before
	return f.parsed()
}

func (f fields) parsed() Error {
	e := Error{Type: string(f.Type), Code: string(f.Code), Limit: stringOf(f.Limit), Message: string(f.Message), URL: string(f.URL)}
	if isObject(f.Limit) {
		e.Limit = parseObject(f.Limit).Type
	}
	if e.Code == "" && isObject(f.Details) {
		e.Code = detailCode(f.Details)
	}
	return e
}

// detailCode returns the code that stands in an error's details.
func detailCode(raw json.RawMessage) string {
	var details struct {
		Code text `json:"error_code"`
	}
	_ = json.Unmarshal(raw, &details) // it is part of what parsed before
	return string(details.Code)
}

// Word returns the error's short name: its code or its type, whichever first is a
// word (see [Word]).
func (e Error) Word() string {
	if word := Word(e.Code); word != "" {
		return word
	}
	return Word(e.Type)
}

// Is reports whether the code, the type or the kind of limit is one of words.
func (e Error) Is(words ...string) bool {
	for _, word := range words {
		if e.Code == word || e.Type == word || e.Limit == word {
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

// MentionsPlan reports whether the message says that the account's plan does not
// include what was asked for.
func (e Error) MentionsPlan() bool {
	return e.Mentions("subscription", " plan", "upgrade", "not have access", "not included")
}

// longestWord is longer than every code that providers document.
const longestWord = 64

// Word returns text if it can be kept and shown as a provider's short word, else
// nothing. Codes consist of lower-case letters, digits and underscores; a token
// that a server echoes has other characters.
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
