package accountactor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

const (
	// Waits before a failed refresh is tried again: the first and the longest.
	refreshRetry     = 5 * time.Second
	refreshRetryMost = 5 * time.Minute
	// exchangeFloor is the least time between a grant and the next exchange. It
	// protects from tokens that expire as fast as they are granted.
	exchangeFloor = time.Second
)

// refreshState is the state of an account's refreshes. One runs at a time.
type refreshState struct {
	running bool
	// exchanging is set once the refresh token may be spent. The refresh
	// then goes on even when this actor ends.
	exchanging bool
	failures   int32
	failure    string
	// retryAt is when a refresh may be tried again after a failed one.
	retryAt policy.Instant
	hold    hold
}

// needsRefresh reports whether the token cannot be used without a refresh.
func (a *actor) needsRefresh(now time.Time) bool {
	return a.loading || (a.record.Expired(now) && !a.justGranted(now)) || (a.record.Renewable() && a.refusedToken(now))
}

// justGranted reports whether the token is too new for another exchange.
func (a *actor) justGranted(now time.Time) bool {
	return now.Sub(a.granted.Time()).Abs() < exchangeFloor
}

// refusedToken reports whether it makes sense to exchange a token that does not
// work: at once when the API refuses it, after a backoff when its refresh token
// is refused. A token that came after the refusal has to be tried first.
func (a *actor) refusedToken(now time.Time) bool {
	return a.record.TokenRefused() || (a.record.Fault != nil && !a.record.Untried() && policy.At(now) >= a.refresh.retryAt)
}

// refreshAccount refreshes the token without a request.
func (a *actor) refreshAccount(m *messages.RefreshAccount) {
	now := a.Now()
	switch {
	case a.record.Kind == account.APIKey:
		m.Answer(a.refusal("an API key needs no refresh"))
	case !m.Before.IsZero() && !a.record.Due(now, m.Before.Sub(now)):
		m.Answer(nil)
	default:
		a.askers = append(a.askers, m)
		if m.Before.IsZero() {
			a.refresh.retryAt = 0
		}
		a.startRefresh()
	}
}

// startRefresh begins the account's one refresh, or refuses those who wait for it
// when a refresh cannot work now.
func (a *actor) startRefresh() {
	now := a.Now()
	if a.loading || a.refresh.running || a.mustWait(now) {
		a.redirectWaiters(now)
		return
	}
	if err := a.cannotRefresh(now); err != nil {
		a.loginEnded(now)
		if !a.stillWorks(now) {
			a.announce() // the token still worked when the refresh was postponed
		}
		a.serve(err)
		return
	}
	a.refresh.running = true
	if a.record.Lineage == account.Linked {
		a.readOrigin(nil)
		return
	}
	a.beginRefresh()
	a.redirectWaiters(now)
}

const cannotRenew = "it has no refresh token and its access token does not work any more"

// loginEnded records that the token has ended and cannot be renewed.
func (a *actor) loginEnded(now time.Time) {
	r := a.record
	if a.drain == nil && r.Fault == nil && r.Lineage != account.Linked && !r.Renewable() && r.Ended(now) {
		a.loginRejected(account.FaultReauth, cannotRenew, now)
	}
}

// cannotRefresh returns why no refresh may begin at now; nil when one may.
func (a *actor) cannotRefresh(now time.Time) error {
	switch {
	case a.drain != nil:
		return messages.ErrStopped
	case a.record.Lineage == account.Linked && a.record.Origin == nil:
		return a.refusal("its login belongs to another program, which has to refresh it")
	case !a.record.Renewable():
		return a.refusal(cannotRenew + "; log in again")
	case policy.At(now) < a.refresh.retryAt && a.record.Fault != nil:
		return a.refusal(a.record.Fault.Reason + "; log in again")
	case policy.At(now) < a.refresh.retryAt:
		return fmt.Errorf("account %s: its token could not be refreshed and will be tried again at %s: %s",
			a.record.ID, a.refresh.retryAt.Time().Format(time.RFC3339), a.refresh.failure)
	}
	return nil
}

// useCurrentToken ends all waiting for a refresh with the token that the account
// has.
func (a *actor) useCurrentToken() {
	a.endHold()
	a.refresh = refreshState{}
	for _, m := range a.askers {
		m.Answer(nil)
	}
	for _, m := range a.waiters {
		a.lease(m)
	}
	a.askers, a.waiters = nil, nil
}

// aheadOfTime reports whether the refresh that is about to begin can be avoided:
// the current token still works, and the owner did not ask for another.
func (a *actor) aheadOfTime() bool {
	return !a.ownerWaits() && a.stillWorks(a.Now())
}

// ownerWaits reports whether the account's owner waits for a refresh.
func (a *actor) ownerWaits() bool {
	return slices.ContainsFunc(a.askers, func(m *messages.RefreshAccount) bool { return m.Before.IsZero() })
}

// serve answers all who wait for a refresh: with the token while it works, else
// with err.
func (a *actor) serve(err error) {
	for _, m := range a.askers {
		m.Answer(err)
	}
	a.askers = nil
	if err == nil {
		a.serveWaiters()
		return
	}
	waiters, now := a.waiters, a.Now()
	a.waiters = nil
	for _, m := range waiters {
		if a.stillWorks(now) {
			a.lease(m)
			continue
		}
		a.refuse(m, err)
	}
}

// serveWaiters answers all waiting requests with the token. When the token that
// another process got has ended already, it refreshes once more. A token that was
// granted just now is used however soon it ends.
func (a *actor) serveWaiters() {
	a.dropWaiters()
	now := a.Now()
	if a.needsRefresh(now) && !a.stillWorks(now) {
		if len(a.waiters) > 0 {
			a.startRefresh()
		}
		return
	}
	waiters := a.waiters
	a.waiters = nil
	for _, m := range waiters {
		a.lease(m)
	}
}

// dropWaiters forgets the requests that have given up, so that no refresh is made
// for them alone.
func (a *actor) dropWaiters() {
	a.waiters = slices.DeleteFunc(a.waiters, func(m *messages.LeaseToken) bool {
		gone := m.Reply.Abandoned()
		if gone {
			a.refuse(m, context.Canceled)
		}
		return gone
	})
}

// stillWorks reports whether a token that is due for a refresh can still be used:
// in its last seconds, or until its end when there will be no other.
func (a *actor) stillWorks(now time.Time) bool {
	r := a.record
	works := (r.Fault == nil || r.Refused()) && !r.TokenRefused()
	return !a.loading && (works || r.Untried()) && !r.Ended(now)
}

// cancelRefresh cancels a refresh whose exchange has not begun. Otherwise nobody
// would release its lock.
func (a *actor) cancelRefresh() {
	if a.refresh.running && !a.refresh.exchanging {
		a.Writer.Tell(&messages.CancelRefresh{Key: a.key()})
	}
}

func (a *actor) failWaiting(err error) {
	for _, m := range a.askers {
		m.Answer(err)
	}
	for _, m := range a.waiters {
		a.answer(m, err)
	}
	a.askers, a.waiters = nil, nil
}

// notBefore is the time before which the account cannot serve, because its
// refresh failed; zero when it can.
func (a *actor) notBefore() time.Time {
	if a.refresh.retryAt == 0 || a.stillWorks(a.Now()) {
		return time.Time{}
	}
	return a.refresh.retryAt.Time()
}

// refusal is the error of an account whose owner has to act.
func (a *actor) refusal(detail string) error {
	return &messages.RefusalError{Reason: messages.RefusedLogin, AccountID: a.record.ID, Detail: detail}
}
