package answer

import (
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/retryafter"
)

// Evidence gathers what an answer says about when a limit ends; the latest
// end counts.
type Evidence struct {
	limit account.Limit
	found bool
}

// NewEvidence starts with nothing. A model makes the limit one of that model
// alone; empty means the account.
func NewEvidence(now time.Time, model string) Evidence {
	limit := account.Limit{Scope: account.ScopeAccount, SeenAt: now}
	if model != "" {
		limit.Scope, limit.Model = account.ScopeModel, model
	}
	return Evidence{limit: limit}
}

// Add takes in that the limit holds for wait from now. No wait is no
// evidence: a window whose reset has passed rejects nobody any more.
func (e *Evidence) Add(reason string, source account.Source, wait time.Duration) {
	end := e.limit.SeenAt.Add(wait).Round(0) // by the wall clock: the machine may sleep meanwhile
	if wait <= 0 || e.found && !end.After(e.limit.Until) {
		return
	}
	e.found = true
	e.limit.Reason, e.limit.Source, e.limit.Until = reason, source, end
}

// AddRetryAfter takes in the headers Retry-After-Ms and Retry-After.
func (e *Evidence) AddRetryAfter(reason string, h http.Header) {
	if wait, ok := retryafter.Header(h, e.limit.SeenAt); ok {
		e.Add(orElse(reason, "retry_after"), account.FromHeader, wait)
	}
}

// AddBody takes in what the JSON of an error says.
func (e *Evidence) AddBody(reason string, body []byte) {
	if wait, ok := retryafter.Body(body, e.limit.SeenAt); ok {
		e.Add(orElse(reason, "body"), account.FromBody, wait)
	}
}

// AddWindow takes in a window that rejected, by the header that says when it
// resets.
func (e *Evidence) AddWindow(name, reset string) {
	if wait, ok := retryafter.Value(reset, e.limit.SeenAt); ok {
		e.Add(name, account.FromHeader, wait)
	}
}

// Found reports whether anything was taken in.
func (e *Evidence) Found() bool { return e.found }

// Limits returns the limit, or nil when nothing was found: then the default
// applies.
func (e *Evidence) Limits() []account.Limit {
	if !e.found {
		return nil
	}
	return []account.Limit{e.limit}
}

// Limits returns what an answer says at any provider, in its headers and in
// its body.
func Limits(a providers.Answer, reason string) []account.Limit {
	e := NewEvidence(a.Now, "")
	e.AddRetryAfter(reason, a.Header)
	e.AddBody(reason, a.Body)
	return e.Limits()
}

// KeyModel returns the model that an API key's limits are counted by, empty
// when it is not known or the account is no API key.
func KeyModel(a providers.Answer) string {
	if a.Kind != account.APIKey {
		return ""
	}
	return a.Model
}

func orElse(word, fallback string) string {
	if word == "" {
		return fallback
	}
	return word
}
