package accountactor

import (
	"errors"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
)

// refreshAdopted takes over what another process found out: a newer login, or
// that this one is refused.
func (a *actor) refreshAdopted(m *messages.RefreshAdopted) {
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
func (a *actor) refreshCommitted(m *messages.RefreshCommitted) {
	switch {
	case m.Commit.Fault != nil:
		a.faultCommitted(m)
		return
	case m.Err == nil:
		a.adopt(m.Record)
	default:
		a.keepUnsaved(m)
	}
	a.granted = policy.At(a.Now())
	a.refreshSucceeded(false)
}

func (a *actor) keepUnsaved(m *messages.RefreshCommitted) {
	mutate := func(r *account.Record) { m.Commit.Apply(r) }
	save := &messages.SaveAccount{Key: a.key(), Mutate: mutate, ReplyTo: a.self}
	a.remember(save)
	a.use(mutate)
	a.retryLater([]*messages.SaveAccount{save}, m.Err)
}

// faultCommitted takes over the fault that is on record now. A refusal counts
// only while the token that failed is still the one in use.
func (a *actor) faultCommitted(m *messages.RefreshCommitted) {
	if m.Err == nil {
		a.adopt(m.Record)
	}
	fault := m.Commit.Fault
	if a.record.Credentials.RefreshToken.Fingerprint() != m.Commit.Spent[0] {
		a.refreshFailed(errors.New(fault.Reason + ", and it has another one by now"))
		return
	}
	if !a.record.Refused() {
		a.apply(func(r *account.Record) { m.Commit.Apply(r) }, false, nil)
	}
	a.refreshRefused()
}

// refreshRefused ends a refresh with the fault on record. The token is not sent
// again; whether the account may be disabled is asked again after a while.
func (a *actor) refreshRefused() {
	a.backOffRejected(a.Now())
	a.tellLoginFailed()
	a.endRefresh(a.refusal(a.record.Fault.Reason + "; log in again")) // LoginRejected tells of it
}

func (a *actor) refreshSucceeded(adopted bool) {
	a.endHold()
	a.refresh = refreshState{}
	a.Supervisor.Tell(&messages.ExchangeWorked{})
	a.announce()
	a.Publish(event.LoginRefreshed{
		Occurrence: a.occurrence(), Generation: a.record.Generation,
		ExpiresAt: a.record.Credentials.ExpiresAt, Adopted: adopted,
	})
	a.serve(nil)
}

func (a *actor) refreshFailed(err error) {
	a.endRefresh(err)
	a.Publish(event.RefreshFailed{Occurrence: a.occurrence(), Reason: err.Error(), RetryAt: a.refresh.retryAt.Time()})
}

// endRefresh puts the next refresh off after one that failed, and ends the
// wait of everybody.
func (a *actor) endRefresh(err error) {
	a.refresh.hold.timer.Stop()
	a.refresh.running, a.refresh.exchanging = false, false
	a.refresh.failure = err.Error()
	a.backOff(a.Now(), askedToWait(err))
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
func (a *actor) backOff(now time.Time, asked time.Duration) {
	a.refresh.failures++
	wait := policy.Backoff(int(a.refresh.failures), refreshRetry, refreshRetryMost, a.Jitter())
	wait = max(wait, min(asked, refreshRetryMost))
	a.refresh.retryAt = max(a.refresh.retryAt, policy.At(now.Add(wait)))
}

// retryRefresh has the next request refresh the token. A login that the
// provider refuses has to wait for what it waits for.
func (a *actor) retryRefresh() {
	if a.record.Fault == nil && !a.refresh.running && a.refresh.failure != "" {
		a.refresh.retryAt, a.refresh.failure = 0, ""
		a.announce()
	}
}
