package actors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
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
	// begin is the latest ask for the account's lock.
	begin    *messages.BeginRefresh
	failures int
	failure  string
	// retryAt is when the next refresh may be tried after one that failed.
	retryAt time.Time
	hold    hold
}

// exchangeFailed is what an account tells itself when the token endpoint
// gave no token, and nothing that ends the login.
type exchangeFailed struct {
	spent string
	err   error
}

// needsRefresh reports whether the token cannot be used as it is.
func (a *accountActor) needsRefresh(now time.Time) bool {
	return a.loading || (a.record.Expired(now) && !a.justGranted(now)) || (a.record.Renewable() && a.refusedToken(now))
}

// justGranted reports whether the token came too recently for another exchange.
func (a *accountActor) justGranted(now time.Time) bool {
	return now.Sub(a.granted).Abs() < exchangeFloor
}

// refusedToken reports whether another token is worth a try in place of one
// that does not work: at once when the API refuses it, after a rest when its
// refresh token is refused. One that came since has to be tried first.
func (a *accountActor) refusedToken(now time.Time) bool {
	return a.record.TokenRefused() || (a.record.Fault != nil && !a.record.Untried() && !now.Before(a.refresh.retryAt))
}

// refreshAccount refreshes without a request.
func (a *accountActor) refreshAccount(m *messages.RefreshAccount) {
	now := a.wallNow()
	switch {
	case a.record.Kind == account.APIKey:
		m.Answer(a.refusal("an API key needs no refresh"))
	case !m.Before.IsZero() && !a.record.Due(now, m.Before.Sub(now)):
		m.Answer(nil)
	default:
		a.askers = append(a.askers, m)
		if m.Before.IsZero() {
			a.refresh.retryAt = time.Time{}
		}
		a.startRefresh()
	}
}

// startRefresh begins the account's one refresh, or refuses those who wait
// when it makes no sense now.
func (a *accountActor) startRefresh() {
	now := a.wallNow()
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
func (a *accountActor) loginEnded(now time.Time) {
	r := a.record
	if a.drain == nil && r.Fault == nil && r.Lineage != account.Linked && !r.Renewable() && r.Ended(now) {
		a.loginRejected(account.FaultReauth, cannotRenew, now)
	}
}

// cannotRefresh says what forbids a refresh at now; nil when nothing does.
func (a *accountActor) cannotRefresh(now time.Time) error {
	switch {
	case a.drain != nil:
		return messages.ErrStopped
	case a.record.Lineage == account.Linked && a.record.Origin == nil:
		return a.refusal("its login belongs to another program, which has to refresh it")
	case !a.record.Renewable():
		return a.refusal(cannotRenew + "; log in again")
	case now.Before(a.refresh.retryAt) && a.record.Fault != nil:
		return a.refusal(a.record.Fault.Reason + "; log in again")
	case now.Before(a.refresh.retryAt):
		return fmt.Errorf("account %s: its token could not be refreshed and will be tried again at %s: %s",
			a.record.ID, a.refresh.retryAt.Format(time.RFC3339), a.refresh.failure)
	}
	return nil
}

// refreshGranted spends the refresh token, on a goroutine of its own: whoever
// waits may give up without ending the exchange. What comes of it goes to the
// store from there, so that not even the end of this actor loses the login.
//
// While the latest token is not stored yet, it is the one to spend: the stored
// one was spent for it.
//
// A token that an earlier exchange may have spent is tried once more, but only
// when there is no way around it: see [messages.RefreshInterrupted].
func (a *accountActor) refreshGranted(m *messages.RefreshGranted) {
	if !a.refresh.running {
		return // to an incarnation that ended, and has taken it back
	}
	a.endHold()
	a.adopt(m.Record)
	creds, refusals := a.record.Credentials, a.record.Refusals
	spent := creds.RefreshToken.Fingerprint()
	commit := &messages.CommitRefresh{
		Key: a.key(), Spent: []string{spent, m.Record.Credentials.RefreshToken.Fingerprint()},
		Generation: a.record.Generation, ReplyTo: a.self,
	}
	a.refresh.exchanging = true
	a.system.exchange(func() {
		ctx, cancel := context.WithTimeout(a.system.running, a.provider.RefreshTimeout())
		defer cancel()
		var err error
		if commit.Grant, err = a.exchange(ctx, creds); err != nil {
			commit.Fault = faultOf(err, m.Interrupted, refusals, a.wallNow())
		}
		if err == nil || commit.Fault != nil {
			a.store.Tell(commit)
			return
		}
		a.store.Tell(&messages.AbortRefresh{Key: commit.Key, Unspent: spentNothing(err), Cut: errors.Is(err, context.Canceled)})
		a.self.Tell(&exchangeFailed{spent: spent, err: err})
	})
}

// faultOf returns the fault of a login whose refresh token was refused for
// good; nil when err says less, and is no refusal that lasts. interrupted is the
// earlier exchange of the same token, if there was one: that is what has spent it.
func faultOf(err error, interrupted *account.Intent, earlier account.Refusals, now time.Time) *account.Fault {
	var refused *providers.RefreshError
	switch {
	case !errors.As(err, &refused) || !isFinal(refused, earlier, now):
		return nil
	case interrupted != nil:
		return &account.Fault{Kind: account.FaultLost, Reason: interrupted.Lost(), At: now, Terminal: true}
	}
	reason := "the provider refused its refresh token (" + refused.Code + ")"
	return &account.Fault{Kind: account.FaultReauth, Reason: reason, At: now, Terminal: true}
}

// isFinal reports whether a refusal ends the login: by its code, or since it
// lasts.
func isFinal(refused *providers.RefreshError, earlier account.Refusals, now time.Time) bool {
	return refused.Terminal || refused.Lasts() && earlier.And(refused.Code, now).Final(now)
}

// makeDo ends the wait of everybody with the token that there is.
func (a *accountActor) makeDo() {
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
func (a *accountActor) avoidable() bool {
	return !a.wished() && a.stillGood(a.wallNow())
}

// wished reports whether the account's owner waits for a refresh.
func (a *accountActor) wished() bool {
	return slices.ContainsFunc(a.askers, func(m *messages.RefreshAccount) bool { return m.Before.IsZero() })
}

// spentNothing reports whether err proves that the exchange did not spend the
// refresh token.
func spentNothing(err error) bool {
	var failed *providers.RefreshError
	return errors.As(err, &failed) && (failed.Refused() || failed.NothingSent())
}

// exchange calls the provider, whose panic must not end the process. A server
// that returns no refresh token means the one it was sent (RFC 6749 section 6).
// An end that lies before the request shows a wrong clock, and is none.
func (a *accountActor) exchange(ctx context.Context, creds account.Credentials) (grant account.Grant, err error) {
	p := a.provider
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("provider %s panicked in Refresh: %T", p.Name(), reason)
		}
	}()
	sent := a.wallNow()
	grant, err = p.Refresh(ctx, creds)
	if err == nil && grant.AccessToken.IsZero() {
		err = fmt.Errorf("provider %s returned no access token", p.Name())
	}
	if grant.RefreshToken.IsZero() {
		grant.RefreshToken = creds.RefreshToken
	}
	if !grant.ExpiresAt.After(sent) {
		grant.ExpiresAt = time.Time{}
	}
	grant.GrantedAt = sent
	return grant, err
}

// exchangeFailed backs off. A refusal of which it is not known whether it is
// final is counted.
func (a *accountActor) exchangeFailed(m *exchangeFailed) {
	var refused *providers.RefreshError
	if errors.As(m.err, &refused) && refused.Lasts() {
		now, spent := a.wallNow(), m.spent
		a.apply(func(r *account.Record) {
			if r.Credentials.RefreshToken.Fingerprint() == spent {
				r.Refusals = r.Refusals.And(refused.Code, now)
			}
		}, false, nil)
	}
	a.refreshFailed(m.err)
}

// refreshAdopted takes over what another process found out: a newer login, or
// that this one is refused.
func (a *accountActor) refreshAdopted(m *messages.RefreshAdopted) {
	old := a.record
	a.adopt(m.Record)
	if a.record.Refused() {
		if a.record.Fault.Disabled { // else the supervisor tells of it
			a.publishDifferences(old)
		}
		a.endHold()
		a.refreshRefused()
		return
	}
	a.refreshSucceeded(true)
}

// refreshCommitted makes a stored token the one in use. One that could not be
// stored is used all the same and stored as soon as that works: losing it
// would lose the login.
func (a *accountActor) refreshCommitted(m *messages.RefreshCommitted) {
	switch {
	case m.Commit.Fault != nil:
		a.faultCommitted(m)
		return
	case m.Err == nil:
		a.adopt(m.Record)
	default:
		a.keepUnsaved(m)
	}
	a.granted = a.wallNow()
	a.refreshSucceeded(false)
}

func (a *accountActor) keepUnsaved(m *messages.RefreshCommitted) {
	mutate := func(r *account.Record) { applyCommit(r, m.Commit) }
	save := &messages.SaveAccount{Key: a.key(), Mutate: mutate, ReplyTo: a.self}
	a.remember(save)
	a.use(mutate)
	a.retryLater([]*messages.SaveAccount{save}, m.Err)
}

// faultCommitted takes over the fault that is on record now. A refusal counts
// only while the token that failed is still the one in use.
func (a *accountActor) faultCommitted(m *messages.RefreshCommitted) {
	if m.Err == nil {
		a.adopt(m.Record)
	}
	fault := m.Commit.Fault
	if a.record.Credentials.RefreshToken.Fingerprint() != m.Commit.Spent[0] {
		a.refreshFailed(errors.New(fault.Reason + ", and it has another one by now"))
		return
	}
	if !a.record.Refused() {
		a.apply(func(r *account.Record) { applyCommit(r, m.Commit) }, false, nil)
	}
	a.refreshRefused()
}

// refreshRefused ends a refresh with the fault on record. The token is not sent
// again; whether the account may be disabled is asked again after a while.
func (a *accountActor) refreshRefused() {
	a.backOffRejected(a.wallNow())
	a.tellLoginFailed()
	a.endRefresh(a.refusal(a.record.Fault.Reason + "; log in again")) // LoginRejected tells of it
}

func (a *accountActor) refreshSucceeded(adopted bool) {
	a.endHold()
	a.refresh = refreshState{}
	a.tellExchangeWorked()
	a.announce()
	a.publish(messages.LoginRefreshed{
		Occurrence: a.occurrence(), Generation: a.record.Generation,
		ExpiresAt: a.record.Credentials.ExpiresAt, Adopted: adopted,
	})
	a.serve(nil)
}

func (a *accountActor) refreshFailed(err error) {
	a.outage.Store(true)
	a.endRefresh(err)
	a.publish(messages.RefreshFailed{Occurrence: a.occurrence(), Reason: err.Error(), RetryAt: a.refresh.retryAt})
}

// endRefresh puts the next refresh off after one that failed, and ends the
// wait of everybody.
func (a *accountActor) endRefresh(err error) {
	a.stopHold()
	a.refresh.running, a.refresh.exchanging = false, false
	a.refresh.failure = err.Error()
	a.backOff(a.wallNow(), askedToWait(err))
	a.announce()
	a.serve(err)
}

// askedToWait returns how long the token endpoint asked to wait; zero when it
// did not.
func askedToWait(err error) time.Duration {
	if failed, ok := errors.AsType[*providers.RefreshError](err); ok {
		return failed.RetryAfter
	}
	return 0
}

// backOff puts the next refresh off, for as long as the token endpoint asked
// where that is longer, and never for longer than it would be at most.
func (a *accountActor) backOff(now time.Time, asked time.Duration) {
	a.refresh.failures++
	wait := policy.Backoff(a.refresh.failures, refreshRetry, refreshRetryMost, a.jitter())
	wait = max(wait, min(asked, refreshRetryMost))
	a.refresh.retryAt = later(a.refresh.retryAt, now.Add(wait))
}

// serve ends the wait of everybody: with a token while there is a good one,
// with err when there is none.
func (a *accountActor) serve(err error) {
	for _, m := range a.askers {
		m.Answer(err)
	}
	a.askers = nil
	if err == nil {
		a.serveWaiters()
		return
	}
	waiters, now := a.waiters, a.wallNow()
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
func (a *accountActor) serveWaiters() {
	a.dropWaiters()
	now := a.wallNow()
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
func (a *accountActor) dropWaiters() {
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
func (a *accountActor) stillGood(now time.Time) bool {
	r := a.record
	works := (r.Fault == nil || r.Refused()) && !r.TokenRefused()
	return !a.loading && (works || r.Untried()) && !r.Ended(now)
}

// giveUpRefresh takes back a refresh that is not under way yet: nobody would
// give its lock back.
func (a *accountActor) giveUpRefresh() {
	if a.refresh.running && !a.refresh.exchanging {
		a.store.Tell(&messages.CancelRefresh{Key: a.key()})
	}
}

func (a *accountActor) failWaiting(err error) {
	for _, m := range a.askers {
		m.Answer(err)
	}
	for _, m := range a.waiters {
		m.Reply.Send(messages.TokenLeased{AccountID: a.record.ID, Err: err})
	}
	a.askers, a.waiters = nil, nil
}

// notBefore is until when a failed refresh keeps the account from serving.
func (a *accountActor) notBefore() time.Time {
	if a.refresh.retryAt.IsZero() || a.stillGood(a.wallNow()) {
		return time.Time{}
	}
	return a.refresh.retryAt
}

// refusal is the error of an account whose owner has to act.
func (a *accountActor) refusal(detail string) error {
	return &messages.RefusalError{Reason: messages.RefusedLogin, AccountID: a.record.ID, Detail: detail}
}
