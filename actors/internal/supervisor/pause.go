package supervisor

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// pause is what a supervisor knows of limits that its accounts share. It refuses
// nobody by itself: what an account has met is in its own record, and one that
// has met nothing is asked.
type pause struct {
	sightings policy.Sightings
	evidence  policy.Evidence
	// until is when the pause ends, zero for none.
	until time.Time
}

// lookForPause sees whether the limits that an account has met since old are
// those of the whole pool.
func (s *supervisor) lookForPause(old, changed *account.Record, now time.Time) {
	for _, l := range changed.Limits {
		if slices.ContainsFunc(old.Limits, l.Same) || !l.Until.After(now) {
			continue
		}
		if limit, pauses := s.pause.sightings.Learn(changed.ID, l); pauses {
			s.learnPause(policy.Evidence{Limits: []account.Limit{limit}}, now)
		}
	}
}

// learnPause takes in evidence about the whole pool, and has others told.
func (s *supervisor) learnPause(e policy.Evidence, now time.Time) {
	s.takePause(e, now)
	s.Writer.Tell(&messages.SavePool{
		Provider: s.Provider.Name(), Active: s.active, Limits: e.Limits, Freed: e.Freed,
	})
}

// takePause merges evidence about the whole pool with what is known, and tells
// of a pause that begins or ends by that.
func (s *supervisor) takePause(e policy.Evidence, now time.Time) {
	p := &s.pause
	paused := p.until.After(now)
	p.evidence = p.evidence.Merge(e).At(now)
	limit, pauses := p.evidence.InForce(now)
	p.until = limit.Until
	switch {
	case pauses && !paused:
		s.Publish(event.PoolPaused{Occurrence: s.ownOccurrence(now), Reason: limit.Reason, Until: limit.Until})
	case paused && !pauses:
		s.Publish(event.PoolResumed{Occurrence: s.ownOccurrence(now)})
	}
	s.beAlert(now)
}

// beAlert has the accounts tell of successes while those are news.
func (s *supervisor) beAlert(now time.Time) {
	s.Alert.Store(s.breaker.Alert() || s.pause.until.After(now))
}

// pauseAnswered ends the pause when an account has answered well since.
func (s *supervisor) pauseAnswered(m *messages.ProviderAnswered, now time.Time) {
	if m.Class == account.ClassSuccess {
		since := m.LeasedAt.Add(1)
		s.pause.sightings.Worked(since)
		s.endPause(since, now)
	}
}

// endPause frees the pool of what was seen before a moment.
func (s *supervisor) endPause(before, now time.Time) {
	if s.pause.until.After(now) {
		s.learnPause(policy.Evidence{Freed: []account.Freed{{Scope: account.ScopePool, At: before}}}, now)
	}
}
