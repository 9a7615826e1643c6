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

// refreshAdopted takes over what another process stored: a newer login, or that
// this one is refused.
func (a *actor) refreshAdopted(m *messages.RefreshAdopted) {
	old := a.record
	a.adopt(m.Record)
	if a.record.Refused() {
		if a.record.Fault.Disabled { // otherwise the supervisor publishes it
			a.publishDifferences(old)
		}
		a.endHold()
		a.refreshRefused()
		return
	}
	a.refreshSucceeded(true)
}

// refreshCommitted starts to use a stored token. A token that could not be stored
// is used as well, and stored as soon as possible: to drop it would lose the
// login.
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
	a.granted = policy.At(m.Commit.AnsweredAt) // what ended while it was stored is not handed out
	a.refreshSucceeded(false)
}

func (a *actor) keepUnsaved(m *messages.RefreshCommitted) {
	mutate := func(r *account.Record) { m.Commit.Apply(r) }
	save := &messages.SaveAccount{Key: a.key(), Mutate: mutate, ReplyTo: a.self}
	a.remember(save)
	a.use(mutate)
	a.retryLater([]*messages.SaveAccount{save}, m.Err)
}

// faultCommitted takes over the fault that is recorded now. A refusal counts only
// while the refused token is still the one in use.
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

// refreshRefused ends a refresh with the recorded fault. The token is not sent
// again. After a backoff the actor asks again whether the account may be
// disabled.
func (a *actor) refreshRefused() {
	a.backOffRejected(a.Now())
	a.tellLoginFailed()
	a.endRefresh(a.refusal(a.record.Fault.Reason + "; log in again")) // the event is LoginRejected
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

// endRefresh ends a failed refresh: it sets when the next one may begin, and
// answers all who wait.
func (a *actor) endRefresh(err error) {
	a.refresh.hold.timer.Stop()
	a.refresh.running, a.refresh.exchanging = false, false
	a.refresh.failure = err.Error()
	a.backOff(a.Now(), askedToWait(err))
	a.announce()
	a.serve(err)
}

// askedToWait returns how long the token endpoint asked to wait; zero when it did
// not ask.
func askedToWait(err error) time.Duration {
	if failed, ok := errors.AsType[*providers.RefreshError](err); ok {
		return failed.RetryAfter
	}
	return 0
}

// backOff postpones the next refresh. A longer wait that the token endpoint asked
// for is respected, up to [refreshRetryMost].
func (a *actor) backOff(now time.Time, asked time.Duration) {
	a.refresh.failures++
	wait := policy.Backoff(int(a.refresh.failures), refreshRetry, refreshRetryMost, a.Jitter())
	wait = max(wait, min(asked, refreshRetryMost))
	a.refresh.retryAt = max(a.refresh.retryAt, policy.At(now.Add(wait)))
}

// retryRefresh lets the next request refresh the token at once. A login that the
// provider refuses keeps its backoff.
func (a *actor) retryRefresh() {
	if a.record.Fault == nil && !a.refresh.running && a.refresh.failure != "" {
		a.refresh.retryAt, a.refresh.failure = 0, ""
		a.announce()
	}
}
