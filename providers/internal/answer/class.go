package answer

import (
	"net/http"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// statusOverloaded is not registered, but used for "short of capacity".
const statusOverloaded = 529

// Class returns the meaning of a status alone. 402 counts as a limit: the account
// is short of money, and another account may have it.
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

// Fault is the error in an answer, and the rule that matched it.
type Fault struct {
	Error
	Rule
}

// Classify returns the meaning of an answer by common rules and by the provider's
// own. The caller refines ClassForbidden, and adds the figures of the headers and
// the limits of ClassLimited (see [NewEvidence]). Classify sets limits only for a
// speed tier.
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
	case v.Class == account.ClassForbidden && challenged(a.Header, a.Body):
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
		v.RetryAfter = wait(a)
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

// tierLimits keeps requests for a speed tier from the account, if this request
// asked for that tier.
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

// asksForRetry reads the header by which servers tell the official clients
// whether to try again.
func asksForRetry(v *account.Verdict, h http.Header) {
	switch retry := First(h, "X-Should-Retry"); {
	case v.Class == account.ClassCaller && retry == "true":
		v.Class = account.ClassRetry
	case v.Class == account.ClassRetry && retry == "false":
		v.Class = account.ClassCaller
	}
}

// overloaded reports whether a 429 or 5xx is about the provider's capacity and
// not about the account.
func overloaded(c account.Class, e Error) bool {
	return (c == account.ClassLimited || c == account.ClassServerError) &&
		e.Is("overloaded_error", "server_is_overloaded", "slow_down", "model_at_capacity")
}
