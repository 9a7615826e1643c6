package retryafter

import (
	"encoding/json"
	"strings"
	"time"
)

// deepest is how far errors are nested: {"error":{"details":[{…}]}}.
const deepest = 5

// told are the fields of an error by which bodies say how long. They are
// numbers or strings, as servers please.
type told struct {
	ResetsIn        json.RawMessage `json:"resets_in_seconds"`
	ResetAfter      json.RawMessage `json:"reset_after_seconds"`
	RetryAfterMS    json.RawMessage `json:"retry_after_ms"`
	RetryMS         json.RawMessage `json:"retryAfterMs"`
	RetryAfter      json.RawMessage `json:"retry_after"`
	RetryAfterCamel json.RawMessage `json:"retryAfter"`
	RetrySeconds    json.RawMessage `json:"retry_after_seconds"`
	// RetryDelay is that of google.rpc.RetryInfo ("39s").
	RetryDelay json.RawMessage `json:"retryDelay"`
	ResetsAt   json.RawMessage `json:"resets_at"`
	ResetAt    json.RawMessage `json:"reset_at"`

	Message json.RawMessage `json:"message"`
	// What an error may stand in, or have around it.
	Error   json.RawMessage `json:"error"`
	Details json.RawMessage `json:"details"`
	Detail  json.RawMessage `json:"detail"`
}

// Body reads the JSON of an error: fields such as resets_in_seconds,
// retry_after, retryDelay and resets_at, else a wait in the words of its message
// ("try again in 1.5s"); inside "error", "details" and "detail" first, then
// outside of them. A relative figure goes before a moment, because it does not
// depend on this machine's clock. It reports false when the body says nothing.
func Body(body []byte, now time.Time) (time.Duration, bool) {
	if !json.Valid(body) || !strings.ContainsRune("{[", rune(trim(body)[0])) {
		return 0, false
	}
	return wait(body, now, deepest)
}

func wait(raw json.RawMessage, now time.Time, depth int) (time.Duration, bool) {
	raw = trim(raw)
	if len(raw) == 0 || depth == 0 {
		return 0, false
	}
	switch raw[0] {
	case '{':
		return ofObject(raw, now, depth)
	case '[':
		return ofArray(raw, now, depth)
	case '"':
		return sentence(text(raw), now)
	}
	return 0, false
}

// ofArray returns what the first element says that says anything.
func ofArray(raw json.RawMessage, now time.Time, depth int) (time.Duration, bool) {
	var all []json.RawMessage
	_ = json.Unmarshal(raw, &all) // it is part of what was valid
	for _, one := range all {
		if d, ok := wait(one, now, depth-1); ok {
			return d, true
		}
	}
	return 0, false
}

func ofObject(raw json.RawMessage, now time.Time, depth int) (time.Duration, bool) {
	var t told
	_ = json.Unmarshal(raw, &t) // it is part of what was valid, and takes every type
	for _, inner := range []json.RawMessage{t.Error, t.Details, t.Detail} {
		if d, ok := wait(inner, now, depth-1); ok {
			return d, true
		}
	}
	return t.wait(now)
}

func (t told) wait(now time.Time) (time.Duration, bool) {
	for _, ms := range []json.RawMessage{t.RetryAfterMS, t.RetryMS} {
		if d, ok := milliseconds(text(ms)); ok {
			return d, true
		}
	}
	for _, value := range []json.RawMessage{
		t.ResetsIn, t.ResetAfter, t.RetrySeconds, t.RetryAfter, t.RetryAfterCamel, t.RetryDelay, t.ResetsAt, t.ResetAt,
	} {
		if d, ok := Value(text(value), now); ok {
			return d, true
		}
	}
	if len(t.Message) == 0 || t.Message[0] != '"' {
		return 0, false
	}
	return sentence(text(t.Message), now)
}

// text returns a JSON string, or a number as its plain characters.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func trim(raw json.RawMessage) json.RawMessage {
	return json.RawMessage(strings.TrimSpace(string(raw)))
}
