package retryafter

import (
	"encoding/json"
	"strings"
	"time"
)

// told are the fields of an error by which bodies say how long.
type told struct {
	// ResetsIn and ResetsAt are numbers or strings, as servers please.
	ResetsIn json.RawMessage `json:"resets_in_seconds"`
	ResetsAt json.RawMessage `json:"resets_at"`
	Message  string          `json:"message"`
}

// Body reads the JSON of an error: the fields resets_in_seconds and resets_at,
// and "try again in 1.5s" in the message, in this order; inside "error" and
// outside of it. The relative figure goes first, because it does not depend on
// this machine's clock. It reports false when the body says nothing.
func Body(body []byte, now time.Time) (time.Duration, bool) {
	var outer struct {
		told
		Error told `json:"error"`
	}
	// A field of another type stays empty; what is not JSON leaves all empty.
	_ = json.Unmarshal(body, &outer)
	if d, ok := outer.Error.wait(now); ok {
		return d, true
	}
	return outer.wait(now)
}

func (t told) wait(now time.Time) (time.Duration, bool) {
	if d, ok := Value(text(t.ResetsIn), now); ok {
		return d, true
	}
	if d, ok := Value(text(t.ResetsAt), now); ok {
		return d, true
	}
	return sentence(t.Message)
}

// text returns a JSON number or string as its plain characters.
func text(raw json.RawMessage) string { return strings.Trim(string(raw), `"`) }

// sentence reads "please try again in 1m30.5s" and the like.
func sentence(message string) (time.Duration, bool) {
	_, after, found := strings.Cut(strings.ToLower(message), "again in ")
	if !found {
		return 0, false
	}
	d, _, ok := scan(after)
	return d, ok
}
