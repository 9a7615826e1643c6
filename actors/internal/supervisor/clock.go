package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
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

// clockReading is both clocks at one moment.
type clockReading struct{ wall, running time.Time }

// clockDue is what a supervisor tells itself when the clock is to be read.
type clockDue struct{}

// readClock compares the clocks with the last reading. What waits for a moment
// is looked at when the wall clock has run ahead, as it does during sleep, and
// comes no later for it when the wall clock was set back.
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
		m.record, m.notBefore = &record, policy.At(shared.MovedBack(m.notBefore.Time(), by))
		m.usedAt = min(m.usedAt, policy.At(now))
		s.put(m, now)
		m.Tell(&messages.ClockSetBack{Now: now, By: by})
	}
}
