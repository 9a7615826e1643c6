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
	case status == statusOverloaded:
		return account.ClassOverloaded
	case status >= 500:
		return account.ClassServerError
	}
	return account.ClassCaller
}

// Classify returns what an answer says at any provider, and the error it was
// read from. The caller refines ClassForbidden and ClassLimited, and adds the
// figures of the headers. Limits are not set.
func Classify(a providers.Answer) (account.Verdict, Error) {
	v := account.Verdict{Class: Class(a.Status), Status: a.Status}
	if v.Class == account.ClassSuccess {
		return v, Error{}
	}
	e := ParseError(a.Body)
	v.Code = e.Word()
	switch {
	case v.Class == account.ClassForbidden:
		v.Class, v.URL = forbidden(a, e)
	case overloaded(v.Class, e):
		v.Class = account.ClassOverloaded
	}
	return v, e
}

// overloaded reports whether a 429 or 5xx speaks of the provider's capacity
// and not of the account.
func overloaded(c account.Class, e Error) bool {
	return (c == account.ClassLimited || c == account.ClassServerError) &&
		e.Is("overloaded_error", "server_is_overloaded", "slow_down", "model_at_capacity")
}
