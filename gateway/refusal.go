package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// kind is the reason why a request gets no answer from a provider.
type kind uint8

const (
	// badRequest: the request cannot be passed on as it is.
	badRequest kind = iota
	notFound
	// forbidden: not for this client or this page.
	forbidden
	wrongToken
	// slow: the request's body did not arrive in time.
	slow
	// noUpgrade: there are no WebSockets here.
	noUpgrade
	// busy: the client, or each account, has too many requests under way.
	busy
	// closing: the gateway ends.
	closing
	// limited: no account has quota left.
	limited
	// loginNeeded: the accounts need their owner.
	loginNeeded
	// down: the provider does not answer, or is in trouble.
	down
)

// refusal is what a client gets in place of a provider's answer.
type refusal struct {
	kind    kind
	message string
	// retryAt is when asking again makes sense; zero when not known.
	retryAt time.Time
	// brief is the message without the reasons, which quote the provider; empty when
	// the message has none.
	brief string
}

// Error implements error, so that a refusal can take a response's place.
func (r *refusal) Error() string { return r.message }

// refusalOf turns an error of the engine into a refusal.
func refusalOf(provider string, err error) *refusal {
	var already *refusal
	var spent *multiaccount.ChainSpentError
	var all *multiaccount.AllAccountsLimitedError
	var login *multiaccount.ReauthRequiredError
	var pinned *multiaccount.AccountUnavailableError
	var trouble *multiaccount.ProviderUnavailableError
	switch {
	case errors.As(err, &already):
		return already
	case errors.As(err, &spent):
		return spentRefusal(spent)
	case errors.As(err, &all):
		return allLimited(all)
	case errors.As(err, &login):
		return &refusal{kind: loginNeeded, message: reloginMessage(login)}
	case errors.As(err, &pinned):
		return unavailable(pinned)
	case errors.Is(err, multiaccount.ErrNoAccounts):
		return &refusal{kind: loginNeeded, message: emptyMessage(provider, err)}
	case errors.As(err, &trouble):
		return &refusal{kind: down, message: downMessage(trouble), retryAt: trouble.RetryAt}
	case errors.Is(err, multiaccount.ErrClosed):
		return &refusal{kind: closing, message: "this gateway is being stopped; ask again in a moment"}
	}
	return &refusal{kind: down, message: unreachableMessage(provider, err)}
}

// refusalOf turns an error of the engine into the refusal of an exchange. A client
// that may use only some accounts is not told to add one.
func (x *exchange) refusalOf(err error) *refusal {
	var spent *multiaccount.ChainSpentError
	if len(x.client.Accounts) > 0 && errors.Is(err, multiaccount.ErrNoAccounts) && !errors.As(err, &spent) {
		return &refusal{kind: loginNeeded, message: boundMessage(x.client.ID, x.provider())}
	}
	return refusalOf(x.provider(), err)
}

// busyWait is how long a client should wait for accounts that have no room for one
// more request.
const busyWait = 5 * time.Second

// allLimited is a login that is needed when all accounts wait for their owners, and
// a short wait when no limit is known but accounts have too much to do.
func allLimited(e *multiaccount.AllAccountsLimitedError) *refusal {
	now := time.Now()
	r := &refusal{kind: limited, message: limitedMessage(e, now, true), retryAt: e.RetryAt, brief: limitedMessage(e, now, false)}
	switch {
	case !e.RetryAt.IsZero():
	case allNeedOwners(e.Accounts):
		r.kind = loginNeeded
	default:
		r.kind, r.retryAt = busy, now.Add(busyWait)
	}
	return r
}

// spentRefusal is the refusal when no pool of a chain can serve. It is the kind that
// ends first: a limit if one pool is only limited, else trouble, else a login that is
// needed.
func spentRefusal(e *multiaccount.ChainSpentError) *refusal {
	now := time.Now()
	r := &refusal{kind: badRequest, message: spentMessage(e, now, true), brief: spentMessage(e, now, false)}
	for i := range e.Pools {
		if e.Pools[i].Asked {
			r.kind = mostHopeful(r.kind, refusalOf(e.Pools[i].Provider, e.Pools[i].Err).kind)
		}
	}
	switch r.kind {
	case limited, down:
		r.retryAt = e.RetryAt
	case busy:
		r.retryAt = now.Add(busyWait)
	default:
	}
	return r
}

// mostHopeful returns the kind of refusal that ends first.
func mostHopeful(a, b kind) kind {
	for _, k := range []kind{closing, busy, limited, down, loginNeeded} {
		if a == k || b == k {
			return k
		}
	}
	return a
}

func allNeedOwners(accounts []multiaccount.LimitedAccount) bool {
	for i := range accounts {
		if !accounts[i].Owner {
			return false
		}
	}
	return true
}

// unavailable is the refusal when one account alone may serve and cannot.
func unavailable(e *multiaccount.AccountUnavailableError) *refusal {
	r := &refusal{kind: loginNeeded, message: plain(e.Error()), retryAt: e.RetryAt}
	if !e.RetryAt.IsZero() {
		r.kind = limited
	}
	return r
}

// isGone reports whether the client no longer waits for an answer.
func isGone(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.Canceled)
}

// status returns the HTTP status of a refusal: the one with which the program that
// asks stops and shows the message. docs/gateway.md has the table.
func (a asker) status(r *refusal, now time.Time) int {
	switch r.kind {
	case limited:
		if a.asksAgain() && !r.isSoon(now) {
			return http.StatusPaymentRequired
		}
		return http.StatusTooManyRequests
	case loginNeeded:
		if a.agent == codex {
			return http.StatusBadRequest
		}
		return http.StatusForbidden
	case busy:
		return http.StatusTooManyRequests
	case wrongToken:
		return http.StatusUnauthorized
	case forbidden:
		return http.StatusForbidden
	case notFound:
		return http.StatusNotFound
	case slow:
		return http.StatusRequestTimeout
	case noUpgrade:
		return http.StatusUpgradeRequired
	case down, closing:
		return http.StatusServiceUnavailable
	case badRequest:
	}
	return http.StatusBadRequest
}

// soon is the longest wait that a client is told of in Retry-After. With longer ones
// some wait for hours and show nothing.
const soon = 60 * time.Second

// isSoon reports whether the client should ask again by itself.
func (r *refusal) isSoon(now time.Time) bool {
	switch r.kind {
	case busy, closing:
		return true
	case limited:
		return !r.retryAt.IsZero() && r.retryAt.Sub(now) <= soon
	default:
		return false
	}
}

// wait is how many seconds a client that asks again by itself should wait.
func (r *refusal) wait(now time.Time) int {
	return max(1, int((r.retryAt.Sub(now)+time.Second-1)/time.Second))
}
