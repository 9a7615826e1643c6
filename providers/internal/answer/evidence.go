package answer

import (
	"cmp"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/retryafter"
)

// Evidence collects what an answer says about when a limit ends; the latest end
// counts.
type Evidence struct {
	limit account.Limit
	found bool
	// endless is a window that rejected and whose reset is not stated.
	endless string
}

// NewEvidence starts empty. With a model, the limit is one of that model alone;
// empty means the account.
func NewEvidence(now time.Time, model string) Evidence {
	if model != "" {
		return NewModelEvidence(now, model)
	}
	return Evidence{limit: account.Limit{Scope: account.ScopeAccount, SeenAt: now}}
}

// NewModelEvidence starts empty, for a limit that is never the whole account's,
// even if its model is not known.
func NewModelEvidence(now time.Time, model string) Evidence {
	return Evidence{limit: account.Limit{Scope: account.ScopeModel, Model: model, SeenAt: now}}
}

// Evidence starts with whom the error limits: one model, or the account. A limit
// of an API key holds for one model, but missing money holds for the account.
func (f Fault) Evidence(a providers.Answer) Evidence {
	switch f.Says {
	case NoModel:
		return NewModelEvidence(a.Now, account.Untiered(a.Model))
	case PlanUsedUp, QuotaUsedUp, OwnerNeeded:
		return NewEvidence(a.Now, "")
	default: // nothing but the status, and what the headers say
		return NewEvidence(a.Now, KeyModel(a))
	}
}

// AddSaid adds what the error says about the end of the limit, besides the
// windows: waits in headers and body, or that there is a limit without a stated
// end. An answer with nothing but its status adds nothing.
func (f Fault) AddSaid(e *Evidence, a providers.Answer, code string) {
	switch {
	case f.Says == OwnerNeeded, f.Says == NoModel, f.Says == 0 && a.Status == http.StatusPaymentRequired:
		// A wait in the headers is for the next try: only the owner ends this
		// limit.
		e.AddBody(code, a.Body)
		e.AddUnstated(cmp.Or(code, "payment_required"), account.FromBody)
		e.limit.Owner = e.limit.Until.IsZero()
	case f.Says == PlanUsedUp:
		named := e.Rejected()
		e.AddWaits(code, a)
		e.AddUnstated(code, account.FromBody)
		e.limit.Window = true
		if !named {
			e.limit.Source = account.FromBody // the body named the limit, whatever said its end
		}
	case f.Says != 0:
		e.AddWaits(code, a)
		e.AddUnstated(code, account.FromBody)
	default:
		e.AddWaits(code, a)
	}
}

// Add adds that the limit holds for wait from now. A wait of zero or less is no
// evidence: a window whose reset has passed rejects nothing.
func (e *Evidence) Add(reason string, source account.Source, wait time.Duration) {
	e.add(reason, source, wait, false)
}

func (e *Evidence) add(reason string, source account.Source, wait time.Duration, window bool) {
	end := e.limit.SeenAt.Add(wait).Round(0) // by the wall clock: the machine may sleep meanwhile
	if wait <= 0 || e.found && !end.After(e.limit.Until) {
		return
	}
	e.found = true
	e.limit.Reason, e.limit.Source, e.limit.Until, e.limit.Window = reason, source, end, window
}

// AddWaits adds the waits in headers and body. When a window rejected, a wait in
// the headers is for the next try, and says nothing about the window.
func (e *Evidence) AddWaits(reason string, a providers.Answer) {
	if !e.found {
		e.AddRetryAfter(reason, a.Header)
	}
	e.AddBody(reason, a.Body)
}

// AddRetryAfter adds the headers Retry-After-Ms and Retry-After.
func (e *Evidence) AddRetryAfter(reason string, h http.Header) {
	if wait, ok := retryafter.Header(h, e.limit.SeenAt); ok {
		e.add(cmp.Or(e.endless, reason, "retry_after"), account.FromHeader, wait, e.endless != "")
	}
}

// AddBody adds what the JSON of an error says.
func (e *Evidence) AddBody(reason string, body []byte) {
	if wait, ok := retryafter.Body(body, e.limit.SeenAt); ok {
		e.add(cmp.Or(e.endless, reason, "body"), account.FromBody, wait, e.endless != "")
	}
}

// AddReset adds a limit that other accounts may share; reset is the header with
// its end.
func (e *Evidence) AddReset(name, reset string) {
	if wait, ok := retryafter.Value(reset, e.limit.SeenAt); ok {
		e.Add(name, account.FromHeader, wait)
	}
}

// AddWindow adds a window of the account that rejected; reset is the header with
// its reset, empty when the answer has none.
func (e *Evidence) AddWindow(name, reset string) {
	wait, ok := retryafter.Value(reset, e.limit.SeenAt)
	if !ok {
		e.endless = cmp.Or(e.endless, name)
		return
	}
	e.add(name, account.FromHeader, wait, true)
}

// AddUnstated adds a limit without a stated end, unless an end is known.
func (e *Evidence) AddUnstated(reason string, source account.Source) {
	if e.found {
		return
	}
	e.found = true
	e.limit.Reason, e.limit.Source = reason, source
}

// nameGrain is how much the same reset may differ between a body and a header.
const nameGrain = time.Minute

// NameBy gives the limit the name of the window that resets when the limit ends,
// so that figures of the window can free it.
func (e *Evidence) NameBy(windows []account.UsageWindow) {
	for _, w := range windows {
		if e.found && !w.ResetAt.IsZero() && w.ResetAt.Sub(e.limit.Until).Abs() <= nameGrain {
			e.limit.Reason, e.limit.Window = w.Name, true
			return
		}
	}
}

// Found reports whether anything was added.
func (e *Evidence) Found() bool { return e.found }

// Rejected reports whether a window of the account rejected.
func (e *Evidence) Rejected() bool { return e.found || e.endless != "" }

// Limits returns the limit; nil when nothing was added: then the default applies.
func (e *Evidence) Limits() []account.Limit {
	if e.endless != "" {
		e.addEndless()
	}
	if !e.found {
		return nil
	}
	return []account.Limit{e.limit}
}

// addEndless adds the window whose reset is not stated.
func (e *Evidence) addEndless() {
	if !e.found {
		e.AddUnstated(e.endless, account.FromHeader)
		e.limit.Window = true
	}
}

// Limits returns what an answer of any provider says in its headers and in its
// body.
func Limits(a providers.Answer, f Fault, code string) []account.Limit {
	e := f.Evidence(a)
	f.AddSaid(&e, a, code)
	return e.Limits()
}

// wait returns how long a server in trouble asks to wait; zero when it does
// not say.
func wait(a providers.Answer) time.Duration {
	if wait, ok := retryafter.Header(a.Header, a.Now); ok {
		return wait
	}
	wait, _ := retryafter.Body(a.Body, a.Now)
	return wait
}

// KeyModel returns the model that an API key's limits are counted by, empty
// when it is not known or the account is no API key.
func KeyModel(a providers.Answer) string {
	if a.Kind != account.APIKey {
		return ""
	}
	return account.Untiered(a.Model)
}
