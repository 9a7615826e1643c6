package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

const (
	// clockStep is how often the wall clock is read: timers stand still while a
	// laptop sleeps, but tokens still expire and limits still end.
	clockStep = 15 * time.Second
	// clockSlack is the difference between the clocks that counts as normal.
	clockSlack = time.Second
)

// clockReading is both clocks at one moment: the wall clock, and the one that
// runs steadily.
type clockReading struct{ wall, running time.Time }

// clockDue is a message of the supervisor to itself when the clock is to be read.
type clockDue struct{}

// readClock compares both clocks with the last reading. When the wall clock has
// jumped ahead, as after sleep, parked asks are checked at once. When it was set
// back, all stored moments move back with it, so that nobody waits longer for
// that.
func (s *supervisor) readClock() {
	now, last := s.Now(), s.clock
	s.clock = clockReading{wall: now, running: time.Now()}
	s.clockTimer.Set(s.self, clockStep, &clockDue{})
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

// setBack moves back the moments that were taken from the earlier clock.
// Selection learns of it at once, so that no parked ask is refused meanwhile.
func (s *supervisor) setBack(now time.Time, by time.Duration) {
	for i := range s.parked {
		p := &s.parked[i]
		p.since, p.deadline = p.since.Add(-by), p.deadline.Add(-by)
	}
	for _, m := range s.order {
		record := *m.record
		record.SetBack(now, by)
		m.record, m.notBefore = &record, policy.At(shared.MovedBack(m.notBefore.Time(), by))
		m.usedAt = min(m.usedAt, policy.At(now))
		s.put(m, now)
		m.Tell(&messages.ClockSetBack{Now: now, By: by})
	}
}
