package accountactor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// lockWait is how long a request waits for another process to release the
// account's lock, before it goes to another account.
const lockWait = 1500 * time.Millisecond

// hold says why a refresh is held up. That is so while another process keeps the
// account's lock for long, and while the request of a process that died may still
// reach the provider. Meanwhile requests that another account can serve go there.
// The refresh continues, and serves later requests.
type hold struct {
	// slow is set when the lock could not be taken within [lockWait], until it
	// is taken.
	slow bool
	// until is how long an earlier request may still reach the provider.
	until policy.Instant
	timer runtime.Timer
}

// Messages of the account to itself: a refresh has waited for long; a refresh no
// longer has to wait.
type (
	lockSlow  struct{}
	holdEnded struct{}
)

// mustWait reports whether a refresh has to wait for an earlier request that may
// still reach the provider. A refresh that the owner asked for does not.
func (a *actor) mustWait(now time.Time) bool {
	return policy.At(now) < a.refresh.hold.until && !a.ownerWaits()
}

// beginRefresh asks the writer for the account's lock.
func (a *actor) beginRefresh() {
	longest := a.Provider.RefreshTimeout()
	begin := &messages.BeginRefresh{Key: a.key(), Generation: a.record.Generation, Ahead: a.aheadOfTime(), Longest: longest, ReplyTo: a.self}
	if !a.ownerWaits() {
		begin.Timeout = longest
	}
	a.refresh.hold.until = 0
	a.refresh.hold.timer.Set(a.self, lockWait, &lockSlow{})
	a.Writer.Tell(begin)
}

func (a *actor) lockSlow() {
	if a.refresh.running && !a.refresh.exchanging {
		a.refresh.hold.slow = true
		a.redirectWaiters(a.Now())
	}
}

// refreshInterrupted handles an earlier exchange whose result was never saved.
// The current token is used while it works. Otherwise the refresh is tried again,
// at once or when no earlier request can reach the provider any more.
func (a *actor) refreshInterrupted(m *messages.RefreshInterrupted) {
	if !a.refresh.running {
		return
	}
	a.endHold()
	a.adopt(m.Record)
	a.refresh.running = false
	switch {
	case a.aheadOfTime():
		a.useCurrentToken()
	case m.Until.IsZero() || a.ownerWaits():
		a.startRefresh()
	default:
		a.holdUntil(m.Until)
	}
}

// holdUntil postpones a refresh until an earlier request has ended.
func (a *actor) holdUntil(until time.Time) {
	now := a.Now()
	a.refresh.hold.until = policy.At(until)
	a.refresh.hold.timer.Set(a.self, until.Sub(now), &holdEnded{})
	a.redirectWaiters(now)
}

// resumeRefresh begins a postponed refresh if a request waits for it.
func (a *actor) resumeRefresh() {
	a.endHold()
	if len(a.waiters) > 0 {
		a.serveWaiters()
	}
}

// redirectWaiters sends requests that wait for a held-up refresh to other
// accounts, except those that only this account may serve.
func (a *actor) redirectWaiters(now time.Time) {
	if !a.heldUp(now) {
		return
	}
	err := &messages.RefusalError{
		Reason: messages.RefusedHeldUp, AccountID: a.record.ID, RetryAt: a.refresh.hold.until.Time(),
		Detail: "its token cannot be refreshed until another process has ended its own refresh",
	}
	if !a.refresh.running {
		for _, m := range a.askers {
			m.Answer(err)
		}
		a.askers = nil
	}
	waiters := a.waiters
	a.waiters = nil
	for _, m := range waiters {
		switch {
		case a.stillWorks(now):
			a.lease(m)
		case m.Patient:
			a.waiters = append(a.waiters, m)
		default:
			a.refuse(m, err)
		}
	}
}

func (a *actor) heldUp(now time.Time) bool {
	h := &a.refresh.hold
	return policy.At(now) < h.until || (h.slow && a.refresh.running && !a.refresh.exchanging)
}

// endHold forgets why the refresh waited.
func (a *actor) endHold() {
	a.refresh.hold.timer.Stop()
	a.refresh.hold = hold{}
}
