// Package rounds is the actor that does something for the accounts of a pool
// again and again. It asks the supervisor which of them are due, and then tells
// one after the other. What there is to do is an [Errand]: to refresh tokens
// ahead of time, or to poll usage.
package rounds

import (
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
)

const (
	// firstLook is how long after its start the first round begins.
	firstLook = 5 * time.Second
	// clockStep is how often the wall clock is read: timers stand still while a
	// laptop sleeps, tokens do not.
	clockStep = 15 * time.Second
	// atOnce is how many accounts are served at once.
	atOnce = 3
	// roundLasts is when a round that has not ended makes room for the next.
	roundLasts = time.Minute
)

// Errand is what is done for accounts. Its methods are called by one actor.
type Errand interface {
	// Find asks which accounts are due, for the round that begins now.
	Find(now time.Time, s *messages.ScheduleRounds, replyTo messages.Recipient) messages.ToSupervisor
	// Serve is what each of them is told. It is answered with [messages.ErrandEnded].
	Serve(replyTo messages.Recipient) messages.ToAccount
}

type rounds struct {
	*shared.Pool
	self     *runtime.Ref
	errand   Errand
	schedule messages.ScheduleRounds
	// due is when the next round begins, began when the one under way did, by the
	// wall clock; began is zero while none is.
	due, began time.Time
	timer      runtime.Timer
	// waiting are to be served, running how many are being served.
	waiting []messages.Recipient
	running int
}

// looked is what the actor tells itself when it is time to read the clock.
type looked struct{}

// Spawn starts an actor for an errand.
func Spawn(p *shared.Pool, errand Errand, schedule messages.ScheduleRounds) *runtime.Ref {
	return p.Spawn(func(self *runtime.Ref) runtime.Behavior {
		return &rounds{Pool: p, self: self, errand: errand, schedule: schedule}
	})
}

// Started implements [runtime.Behavior].
func (r *rounds) Started(runtime.Context) { r.begin(r.schedule) }

// Stopped implements [runtime.Behavior].
func (r *rounds) Stopped() { r.timer.Stop() }

// Receive implements [runtime.Behavior].
func (r *rounds) Receive(message any) {
	switch m := message.(type) {
	case messages.ToRounds:
		r.handle(m)
	case *looked:
		r.look(r.Now())
		r.lookAgain()
	}
}

func (r *rounds) handle(message messages.ToRounds) {
	switch m := message.(type) {
	case *messages.AccountsDue:
		r.waiting = m.Accounts
		r.next()
	case *messages.ErrandEnded:
		r.running = max(0, r.running-1)
		r.next()
	case *messages.ScheduleRounds:
		r.begin(*m)
	}
}

// begin goes by a schedule from now on.
func (r *rounds) begin(s messages.ScheduleRounds) {
	r.schedule, r.due = s, r.Now().Add(r.spread(firstLook))
	r.lookAgain()
}

// lookAgain comes back when the next round is due, or to read the clock.
func (r *rounds) lookAgain() {
	r.timer.Stop()
	if r.schedule.Interval > 0 {
		r.timer.Set(r.self, min(r.due.Sub(r.Now()), clockStep), &looked{})
	}
}

// look begins a round when it is due, and the one before has ended or has had
// its time. A clock that was set back does not put it off.
func (r *rounds) look(now time.Time) {
	switch {
	case now.Before(r.due) && r.due.Sub(now) <= r.schedule.Interval:
		return
	case now.Sub(r.began).Abs() < roundLasts:
		r.due = r.began.Add(roundLasts)
		return
	}
	r.due, r.began, r.running = now.Add(r.spread(r.schedule.Interval)), now, 0
	r.Supervisor.Tell(r.errand.Find(now, &r.schedule, r.self))
}

// next serves some of those that wait.
func (r *rounds) next() {
	for r.running < atOnce && len(r.waiting) > 0 {
		to := r.waiting[0]
		r.waiting = r.waiting[1:]
		r.running++
		to.Tell(r.errand.Serve(r.self))
	}
	if r.running == 0 {
		r.began = time.Time{}
	}
}

// spread shortens d by up to a tenth, so that processes which were started
// together do not ask together.
func (r *rounds) spread(d time.Duration) time.Duration {
	return d - time.Duration(r.Jitter()*float64(d)/10)
}
