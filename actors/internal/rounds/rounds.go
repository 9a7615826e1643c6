// Package rounds is the actor that does one [Job] for the accounts of a pool in
// regular rounds: it refreshes tokens before they end, or polls usage. In each
// round it asks the supervisor which accounts are due, and then sends a request
// to each of them, a few at a time.
package rounds

import (
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
)

const (
	// firstRound is how long after its start the first round begins.
	firstRound = 5 * time.Second
	// clockStep is how often the wall clock is read: timers stand still while a
	// laptop sleeps, but tokens still expire.
	clockStep = 15 * time.Second
	// maxRunning is how many requests run at the same time.
	maxRunning = 3
	// roundTimeout is when a round that has not ended is given up for the next.
	roundTimeout = time.Minute
)

// Job is what is done for accounts. One actor calls its methods.
type Job interface {
	// Find is the query for the accounts that are due, in the round that begins
	// now.
	Find(now time.Time, s *messages.ScheduleRounds, replyTo messages.Recipient) messages.ToSupervisor
	// Request is what each of them is sent. It is answered with
	// [messages.JobEnded].
	Request(replyTo messages.Recipient) messages.ToAccount
}

type rounds struct {
	*shared.Pool
	self     *runtime.Ref
	job      Job
	schedule messages.ScheduleRounds
	// due is when the next round begins; began is when the one under way began,
	// zero while none is. Both are by the wall clock.
	due, began time.Time
	timer      runtime.Timer
	// waiting are the accounts still to be sent a request; running counts those
	// that have not answered yet.
	waiting []messages.Recipient
	running int
}

// clockDue is a message of the actor to itself when it is time to read the clock.
type clockDue struct{}

// Spawn starts an actor for a job.
func Spawn(p *shared.Pool, job Job, schedule messages.ScheduleRounds) *runtime.Ref {
	return p.Spawn(func(self *runtime.Ref) runtime.Behavior {
		return &rounds{Pool: p, self: self, job: job, schedule: schedule}
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
	case *clockDue:
		r.check(r.Now())
		r.setTimer()
	}
}

func (r *rounds) handle(message messages.ToRounds) {
	switch m := message.(type) {
	case *messages.AccountsDue:
		r.waiting = m.Accounts
		r.next()
	case *messages.JobEnded:
		r.running = max(0, r.running-1)
		r.next()
	case *messages.ScheduleRounds:
		r.begin(*m)
	}
}

// begin follows a new schedule from now on.
func (r *rounds) begin(s messages.ScheduleRounds) {
	r.schedule, r.due = s, r.Now().Add(r.spread(firstRound))
	r.setTimer()
}

// setTimer wakes the actor when the next round is due, or to read the clock.
func (r *rounds) setTimer() {
	r.timer.Stop()
	if r.schedule.Interval > 0 {
		r.timer.Set(r.self, min(r.due.Sub(r.Now()), clockStep), &clockDue{})
	}
}

// check begins a round when it is due and the one before has ended or timed out.
// A clock that was set back does not postpone the round.
func (r *rounds) check(now time.Time) {
	switch {
	case now.Before(r.due) && r.due.Sub(now) <= r.schedule.Interval:
		return
	case now.Sub(r.began).Abs() < roundTimeout:
		r.due = r.began.Add(roundTimeout)
		return
	}
	r.due, r.began, r.running = now.Add(r.spread(r.schedule.Interval)), now, 0
	r.Supervisor.Tell(r.job.Find(now, &r.schedule, r.self))
}

// next sends requests to some of the waiting accounts.
func (r *rounds) next() {
	for r.running < maxRunning && len(r.waiting) > 0 {
		to := r.waiting[0]
		r.waiting = r.waiting[1:]
		r.running++
		to.Tell(r.job.Request(r.self))
	}
	if r.running == 0 {
		r.began = time.Time{}
	}
}

// spread shortens d by up to a tenth, so that processes which were started
// together do not act together.
func (r *rounds) spread(d time.Duration) time.Duration {
	return d - time.Duration(r.Jitter()*float64(d)/10)
}
