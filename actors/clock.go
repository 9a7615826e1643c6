package actors

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

const (
	// clockStep is how often the wall clock is read: timers stand still while
	// a laptop sleeps, tokens do not.
	clockStep = 15 * time.Second
	// clockSlack is how far the clocks may differ by themselves.
	clockSlack = time.Second
)

// wallClock is the time by the wall clock alone: the other clock, which
// time.Now carries along, stands still while a laptop sleeps.
func wallClock() time.Time { return time.Now().Round(0) }

// wallNow is what [System] has for a clock.
func (p *pool) wallNow() time.Time { return p.system.wallNow() }

// clockReading is both clocks at one moment.
type clockReading struct{ wall, running time.Time }

// clockDue is what a supervisor tells itself when the clock is to be read.
type clockDue struct{}

// readClock compares the clocks with the last reading. What waits for a moment
// is looked at when the wall clock has run ahead, as it does during sleep, and
// comes no later for it when the wall clock was set back.
func (s *supervisor) readClock() {
	now, last := s.wallNow(), s.clock
	s.clock = clockReading{wall: now, running: time.Now()}
	s.clockTimer = time.AfterFunc(clockStep, func() { s.self.Tell(&clockDue{}) })
	if last.wall.IsZero() {
		return
	}
	ahead := now.Sub(last.wall) - s.clock.running.Sub(last.running)
	if ahead < -clockSlack {
		s.setBack(now, -ahead)
	}
	if ahead.Abs() > clockSlack {
		s.serveParked(now)
	}
}

// setBack moves back what is reckoned by the clock of before: what selection
// knows at once, so that nobody who waits is refused meanwhile.
func (s *supervisor) setBack(now time.Time, by time.Duration) {
	for i := range s.parked {
		p := &s.parked[i]
		p.since, p.deadline = p.since.Add(-by), p.deadline.Add(-by)
	}
	for _, m := range s.order {
		record := *m.record
		record.SetBack(now, by)
		m.record, m.notBefore = &record, policy.At(movedBack(m.notBefore.Time(), by))
		m.usedAt = min(m.usedAt, policy.At(now))
		s.put(m, now)
		m.Tell(&messages.ClockSetBack{Now: now, By: by})
	}
}

// clockSetBack moves back what this account waits for.
func (a *accountActor) clockSetBack(m *messages.ClockSetBack) {
	a.refresh.retryAt = movedBack(a.refresh.retryAt, m.By)
	a.lastUsed = min(a.lastUsed, policy.At(m.Now))
	if a.record.FromAfter(m.Now) {
		a.apply(func(r *account.Record) { r.SetBack(m.Now, m.By) }, false, nil)
		return
	}
	a.announce()
}

// movedBack is t by a clock that was set back; zero stays none.
func movedBack(t time.Time, by time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-by)
}
