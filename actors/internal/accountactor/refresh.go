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
	// Waits after a refresh that failed and may work later.
	refreshRetry     = 5 * time.Second
	refreshRetryMost = 5 * time.Minute
	// exchangeFloor is the least time from one grant to the next exchange, for
	// tokens that live no longer than it takes to get them.
	exchangeFloor = time.Second
)

// refreshState is how an account's refreshes go. One runs at a time.
type refreshState struct {
	running bool
	// exchanging is set from the grant on, when the refresh goes on without
	// this actor.
	exchanging bool
	failures   int32
	failure    string
	// retryAt is when the next refresh may be tried after one that failed.
	retryAt policy.Instant
	hold    hold
}

// needsRefresh reports whether the token cannot be used as it is.
func (a *actor) needsRefresh(now time.Time) bool {
	return a.loading || (a.record.Expired(now) && !a.justGranted(now)) || (a.record.Renewable() && a.refusedToken(now))
}

// justGranted reports whether the token came too recently for another exchange.
func (a *actor) justGranted(now time.Time) bool {
	return now.Sub(a.granted.Time()).Abs() < exchangeFloor
}

// refusedToken reports whether another token is worth a try in place of one
// that does not work: at once when the API refuses it, after a rest when its
// refresh token is refused. One that came since has to be tried first.
func (a *actor) refusedToken(now time.Time) bool {
	return a.record.TokenRefused() || (a.record.Fault != nil && !a.record.Untried() && policy.At(now) >= a.refresh.retryAt)
}

// refreshAccount refreshes without a request.
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

// startRefresh begins the account's one refresh, or refuses those who wait
// when it makes no sense now.
func (a *actor) startRefresh() {
	now := a.Now()
	if a.loading || a.refresh.running || a.mustWait(now) {
		a.moveOn(now)
		return
	}
	if err := a.cannotRefresh(now); err != nil {
		a.loginEnded(now)
		if !a.stillGood(now) {
			a.announce() // the token was, when the refresh was put off
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
	a.moveOn(now)
}

const cannotRenew = "it has no refresh token and its access token does not work any more"

// loginEnded puts on record that a token has ended which nobody can renew.
func (a *actor) loginEnded(now time.Time) {
	r := a.record
	if a.drain == nil && r.Fault == nil && r.Lineage != account.Linked && !r.Renewable() && r.Ended(now) {
		a.loginRejected(account.FaultReauth, cannotRenew, now)
	}
}

// cannotRefresh says what forbids a refresh at now; nil when nothing does.
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

// makeDo ends the wait of everybody with the token that there is.
func (a *actor) makeDo() {
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

// avoidable reports whether nobody needs the refresh that is about to begin:
// it is ahead of time.
func (a *actor) avoidable() bool {
	return !a.wished() && a.stillGood(a.Now())
}

// wished reports whether the account's owner waits for a refresh.
func (a *actor) wished() bool {
	return slices.ContainsFunc(a.askers, func(m *messages.RefreshAccount) bool { return m.Before.IsZero() })
}

// serve ends the wait of everybody: with a token while there is a good one,
// with err when there is none.
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
		if a.stillGood(now) {
			a.lease(m)
			continue
		}
		a.refuse(m, err)
	}
}

// serveWaiters hands the token out, or refreshes once more when what another
// process got has ended already. What was granted just now serves however short
// it lives.
func (a *actor) serveWaiters() {
	a.dropWaiters()
	now := a.Now()
	if a.needsRefresh(now) && !a.stillGood(now) {
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

// dropWaiters forgets those who have given up: nobody refreshes for them.
func (a *actor) dropWaiters() {
	a.waiters = slices.DeleteFunc(a.waiters, func(m *messages.LeaseToken) bool {
		gone := m.Reply.Abandoned()
		if gone {
			a.refuse(m, context.Canceled)
		}
		return gone
	})
}

// stillGood reports whether a token that should be refreshed can be used for
// its last seconds, or to its end when there will be no other.
func (a *actor) stillGood(now time.Time) bool {
	r := a.record
	works := (r.Fault == nil || r.Refused()) && !r.TokenRefused()
	return !a.loading && (works || r.Untried()) && !r.Ended(now)
}

// giveUpRefresh takes back a refresh that is not under way yet: nobody would
// give its lock back.
func (a *actor) giveUpRefresh() {
	if a.refresh.running && !a.refresh.exchanging {
		a.Writer.Tell(&messages.CancelRefresh{Key: a.key()})
	}
}

func (a *actor) failWaiting(err error) {
	for _, m := range a.askers {
		m.Answer(err)
	}
	for _, m := range a.waiters {
		m.Reply.Send(messages.TokenLeased{AccountID: a.record.ID, Err: err})
	}
	a.askers, a.waiters = nil, nil
}

// notBefore is until when a failed refresh keeps the account from serving.
func (a *actor) notBefore() time.Time {
	if a.refresh.retryAt == 0 || a.stillGood(a.Now()) {
		return time.Time{}
	}
	return a.refresh.retryAt.Time()
}

// refusal is the error of an account whose owner has to act.
func (a *actor) refusal(detail string) error {
	return &messages.RefusalError{Reason: messages.RefusedLogin, AccountID: a.record.ID, Detail: detail}
}
