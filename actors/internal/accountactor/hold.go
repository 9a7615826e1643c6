package accountactor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// lockPatience is how long a request waits for another process to give the
// account's lock back, before it goes to another account.
const lockPatience = 1500 * time.Millisecond

// A refresh is held up while another process has the account's lock for long,
// and while the request of a process that died may still be on its way to the
// provider. Requests that another account can serve go there meanwhile; the
// refresh goes on, and serves those that come later.

// hold says why a refresh waits.
type hold struct {
	// slow is set once the lock was not to be had within [lockPatience], until
	// it is.
	slow bool
	// until is how long an earlier request may be on its way.
	until policy.Instant
	timer runtime.Timer
}

// What an account tells itself: that a refresh has waited for long, and that it
// need not wait any more.
type (
	lockSlow  struct{}
	holdEnded struct{}
)

// mustWait reports whether a refresh has to wait for a request on its way. The
// owner's wish need not.
func (a *actor) mustWait(now time.Time) bool {
	return policy.At(now) < a.refresh.hold.until && !a.wished()
}

// beginRefresh asks for the account's lock.
func (a *actor) beginRefresh() {
	begin := &messages.BeginRefresh{Key: a.key(), Generation: a.record.Generation, Ahead: a.avoidable(), ReplyTo: a.self}
	if !a.wished() {
		begin.Timeout = a.Provider.RefreshTimeout()
	}
	a.refresh.hold.until = 0
	a.refresh.hold.timer.Set(a.self, lockPatience, &lockSlow{})
	a.Writer.Tell(begin)
}

func (a *actor) lockSlow() {
	if a.refresh.running && !a.refresh.exchanging {
		a.refresh.hold.slow = true
		a.moveOn(a.Now())
	}
}

// refreshInterrupted makes do with the token that there is, tries again when it
// does not do any more, or waits until no request can be on its way.
func (a *actor) refreshInterrupted(m *messages.RefreshInterrupted) {
	if !a.refresh.running {
		return
	}
	a.endHold()
	a.adopt(m.Record)
	a.refresh.running = false
	switch {
	case a.avoidable():
		a.makeDo()
	case m.Until.IsZero() || a.wished():
		a.startRefresh()
	default:
		a.holdUntil(m.Until)
	}
}

// holdUntil puts a refresh off until an earlier request has ended.
func (a *actor) holdUntil(until time.Time) {
	now := a.Now()
	a.refresh.hold.until = policy.At(until)
	a.refresh.hold.timer.Set(a.self, until.Sub(now), &holdEnded{})
	a.moveOn(now)
}

// goOn begins the refresh that was put off, when somebody waits for it.
func (a *actor) goOn() {
	a.endHold()
	if len(a.waiters) > 0 {
		a.serveWaiters()
	}
}

// moveOn sends those who wait for a refresh that is held up to other accounts,
// but for those whom no other account may serve.
func (a *actor) moveOn(now time.Time) {
	if !a.heldUp(now) {
		return
	}
	err := &messages.RefusalError{
		Reason: messages.RefusedHeldUp, AccountID: a.record.ID, RetryAt: a.refresh.hold.until.Time(),
		Detail: "its token can not be refreshed until another process has ended its own refresh",
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
		case a.stillGood(now):
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
