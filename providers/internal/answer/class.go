package answer

import (
	"net/http"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// statusOverloaded is not registered, but in use for "short of capacity".
const statusOverloaded = 529

// Class returns what a status alone says. 402 counts as a limit: what is
// missing is the account's money, and another account may have it.
func Class(status int) account.Class {
	switch {
	case status <= 0:
		return account.ClassNetwork
	case status < 400:
		return account.ClassSuccess
	case status == http.StatusUnauthorized:
		return account.ClassUnauthorized
	case status == http.StatusForbidden:
		return account.ClassForbidden
	case status == http.StatusTooManyRequests, status == http.StatusPaymentRequired:
		return account.ClassLimited
	case status == http.StatusRequestTimeout, status == http.StatusConflict:
		return account.ClassRetry
	case status == statusOverloaded:
		return account.ClassOverloaded
	case status >= 500:
		return account.ClassServerError
	}
	return account.ClassCaller
}

// Fault is the error of an answer, and the rule that it met.
type Fault struct {
	Error
	Rule
}

// Classify returns what an answer says at any provider, and by the provider's
// own rules. The caller refines ClassForbidden, and adds the figures of the
// headers and the limits of ClassLimited (see [NewEvidence]). Limits are set for
// a speed tier only.
func Classify(a providers.Answer, rules func() []Rule) (account.Verdict, Fault) {
	v := account.Verdict{Class: Class(a.Status), Status: a.Status}
	if v.Class == account.ClassSuccess {
		return v, Fault{}
	}
	f := Fault{Error: ParseError(a.Body)}
	if v.Class == account.ClassLimited && f.Limit == "" {
		f.Limit = First(a.Header, "X-Codex-Rate-Limit-Reached-Type")
	}
	if a.Status < 500 {
		f.Rule = Find(rules(), a, f.Error)
	}
	v.Code = f.word(f.Error)
	f.refine(&v, a)
	return v, f
}

// refine finds the class of an error.
func (f Fault) refine(v *account.Verdict, a providers.Answer) {
	switch {
	case v.Class == account.ClassForbidden && Challenged(a.Header, a.Body):
		v.Class, v.Code = account.ClassChallenge, f.Error.Word()
	case f.Says != 0:
		v.Class = f.class()
		v.Limits = f.tierLimits(a)
	case v.Class == account.ClassForbidden:
		v.Class, v.URL = forbidden(f.Error)
	case overloaded(v.Class, f.Error):
		v.Class = account.ClassOverloaded
	}
	if f.Says == 0 {
		asksForRetry(v, a.Header)
	}
	if v.Class == account.ClassServerError || v.Class == account.ClassOverloaded || v.Class == account.ClassRetry {
		v.RetryAfter = Wait(a)
	}
}

func (f Fault) class() account.Class {
	switch f.Says {
	case RequestsOwn, TiersOwn:
		return account.ClassCaller
	case LoginGone:
		return account.ClassRevoked
	default:
		return account.ClassLimited
	}
}

// tierLimits keeps requests of a speed tier from the account, where the
// request asked for that tier.
func (f Fault) tierLimits(a providers.Answer) []account.Limit {
	model := account.Untiered(a.Model)
	if f.Says != TiersOwn || model == "" || a.Model != account.Tiered(model, f.Tier) {
		return nil
	}
	e := NewModelEvidence(a.Now, a.Model)
	e.AddWaits(f.word(f.Error), a)
	e.AddUnstated(f.word(f.Error), account.FromBody)
	return e.Limits()
}

// asksForRetry takes in the header by which servers tell the official clients
// whether trying again helps.
func asksForRetry(v *account.Verdict, h http.Header) {
	switch retry := First(h, "X-Should-Retry"); {
	case v.Class == account.ClassCaller && retry == "true":
		v.Class = account.ClassRetry
	case v.Class == account.ClassRetry && retry == "false":
		v.Class = account.ClassCaller
	}
}

// overloaded reports whether a 429 or 5xx speaks of the provider's capacity
// and not of the account.
func overloaded(c account.Class, e Error) bool {
	return (c == account.ClassLimited || c == account.ClassServerError) &&
		e.Is("overloaded_error", "server_is_overloaded", "slow_down", "model_at_capacity")
}
