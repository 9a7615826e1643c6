package supervisor

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// pause is what the supervisor knows of limits that the accounts share. A pause
// refuses no request by itself: the limits that an account met are in its own
// record, and an account that met none is asked.
type pause struct {
	sightings policy.Sightings
	evidence  policy.Evidence
	// until is when the pause ends; zero when there is none.
	until time.Time
}

// detectPause checks whether the limits that an account met since old hold for
// the whole pool.
func (s *supervisor) detectPause(old, changed *account.Record, now time.Time) {
	for _, l := range changed.Limits {
		if slices.ContainsFunc(old.Limits, l.Same) || !l.Until.After(now) {
			continue
		}
		if limit, pauses := s.pause.sightings.Observe(changed.ID, l); pauses {
			s.sharePause(policy.Evidence{Limits: []account.Limit{limit}}, now)
		}
	}
}

// sharePause merges evidence about the whole pool and stores it for other
// processes.
func (s *supervisor) sharePause(e policy.Evidence, now time.Time) {
	s.mergePause(e, now)
	s.Writer.Tell(&messages.SavePool{
		Provider: s.Provider.Name(), Active: s.active, Limits: e.Limits, Freed: e.Freed,
	})
}

// mergePause merges evidence about the whole pool with what is known, and
// publishes when a pause begins or ends by it.
func (s *supervisor) mergePause(e policy.Evidence, now time.Time) {
	p := &s.pause
	paused := p.until.After(now)
	p.evidence = p.evidence.Merge(e).At(now)
	limit, pauses := p.evidence.InForce(now)
	p.until = limit.Until
	switch {
	case pauses && !paused:
		s.Publish(event.PoolPaused{Occurrence: s.poolOccurrence(now), Reason: limit.Reason, Until: limit.Until})
	case paused && !pauses:
		s.Publish(event.PoolResumed{Occurrence: s.poolOccurrence(now)})
	}
	s.requestSuccesses(now)
}

// requestSuccesses lets the accounts report successes too while the supervisor
// needs them.
func (s *supervisor) requestSuccesses(now time.Time) {
	s.WantSuccesses.Store(s.breaker.NeedsSuccesses() || s.pause.until.After(now))
}

// endPauseOnSuccess ends the pause when a request that began after it succeeded.
func (s *supervisor) endPauseOnSuccess(m *messages.ProviderAnswered, now time.Time) {
	if m.Class == account.ClassSuccess {
		since := m.LeasedAt.Add(1)
		s.pause.sightings.Succeeded(since)
		s.endPause(since, now)
	}
}

// endPause lifts the limits of the pool that were seen before a moment.
func (s *supervisor) endPause(before, now time.Time) {
	if s.pause.until.After(now) {
		s.sharePause(policy.Evidence{Freed: []account.Freed{{Scope: account.ScopePool, At: before}}}, now)
	}
}
