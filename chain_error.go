package multiaccount

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// ChainSpentError is returned when no pool of a [Chain] serves a request. It wraps
// what is wrong with each of them.
type ChainSpentError struct {
	Chain string
	// RetryAt is when the first of the pools may serve again; zero when not known.
	RetryAt time.Time
	// Pools has one for each pool, in the order of the chain.
	Pools []RefusedPool
}

// RefusedPool is why one pool of a chain does not serve a request.
type RefusedPool struct {
	Provider string
	// Err is the pool's own error, usually an [*AllAccountsLimitedError], or says why
	// the pool was not asked.
	Err error
	// Asked is set when the pool was asked.
	Asked bool
}

// Error names the earliest end, and each pool with its reason.
func (e *ChainSpentError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "multiaccount: no pool of the chain %s can serve", printable.Text(e.Chain))
	if !e.RetryAt.IsZero() {
		fmt.Fprintf(&b, "; try again at %s", e.RetryAt.Format(time.RFC3339))
	}
	for _, p := range e.Pools {
		fmt.Fprintf(&b, "\n  %s: %s", printable.Text(p.Provider), strings.TrimPrefix(p.Err.Error(), "multiaccount: "))
	}
	return b.String()
}

// Unwrap returns the errors of the pools.
func (e *ChainSpentError) Unwrap() []error {
	all := make([]error, len(e.Pools))
	for i := range e.Pools {
		all[i] = e.Pools[i].Err
	}
	return all
}

// RefusedAnswerError is a pool's answer to a request that the next pool of a [Chain]
// is asked about.
type RefusedAnswerError struct {
	Provider string
	// Status is the HTTP status.
	Status int
	// Class is what it means for the account that was asked last.
	Class AttemptClass
}

// Error says what was answered.
func (e *RefusedAnswerError) Error() string {
	return errorText("%s answers with HTTP %d (%s)", e.Provider, e.Status, strings.ReplaceAll(string(e.Class), "_", " "))
}

// retryOf returns when a pool may serve again that answered with err; zero when that
// is not known.
func retryOf(err error) time.Time {
	var all *AllAccountsLimitedError
	var login *ReauthRequiredError
	var trouble *ProviderUnavailableError
	switch {
	case errors.As(err, &all):
		return all.RetryAt
	case errors.As(err, &login):
		return login.RetryAt
	case errors.As(err, &trouble):
		return trouble.RetryAt
	}
	return time.Time{}
}

// briefly says in a few words why a pool does not serve.
func briefly(err error) string {
	var all *AllAccountsLimitedError
	var login *ReauthRequiredError
	var trouble *ProviderUnavailableError
	switch {
	case errors.As(err, &all):
		return "all its accounts are limited"
	case errors.As(err, &login):
		return "a login is needed"
	case errors.Is(err, ErrNoAccounts):
		return "no account to use"
	case errors.As(err, &trouble):
		return "the provider is in trouble"
	}
	return printable.Text(strings.TrimPrefix(err.Error(), "multiaccount: "))
}

// earlier returns the earlier of two moments, of which either may be not known.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
