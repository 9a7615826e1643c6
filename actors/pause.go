package actors

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// pause is what a supervisor knows of limits that hold for all its accounts.
type pause struct {
	sightings policy.Sightings
	evidence  policy.Evidence
	// probes lets a request through now and then while the pool is paused.
	probes policy.Breaker
	// until is when the pause ends, zero for none; reason is its limit's.
	until  time.Time
	reason string
}

// lookForPause sees whether the limits that an account has met since old are
// those of the whole pool.
func (s *supervisor) lookForPause(old, changed *account.Record, now time.Time) {
	for _, l := range changed.Limits {
		if slices.ContainsFunc(old.Limits, l.Same) || !l.Until.After(now) {
			continue
		}
		if limit, pauses := s.pause.sightings.Learn(changed.ID, l, len(s.order)); pauses {
			s.learnPause(policy.Evidence{Limits: []account.Limit{limit}}, now)
		}
	}
}

// learnPause takes in evidence about the whole pool, and has others told.
func (s *supervisor) learnPause(e policy.Evidence, now time.Time) {
	s.takePause(e, now)
	s.store.Tell(&messages.SavePool{
		Provider: s.provider.Name(), Active: s.active, Bindings: map[string]messages.Binding{}, Limits: e.Limits, Freed: e.Freed,
	})
}

// takePause merges evidence about the whole pool with what is known, and tells
// of a pause that begins or ends by that.
func (s *supervisor) takePause(e policy.Evidence, now time.Time) {
	p := &s.pause
	paused := p.until.After(now)
	p.evidence = p.evidence.Merge(e).At(now)
	limit, pauses := p.evidence.InForce(now)
	p.until, p.reason = limit.Until, limit.Reason
	switch {
	case pauses && !paused:
		p.probes = policy.PoolBreaker()
		p.probes.Trip(policy.At(now), s.jitter())
		s.publish(messages.PoolPaused{Occurrence: s.ownOccurrence(now), Reason: limit.Reason, Until: limit.Until})
	case paused && !pauses:
		s.publish(messages.PoolResumed{Occurrence: s.ownOccurrence(now)})
	}
	s.beAlert(now)
	s.serveParked(now)
}

// beAlert has the accounts tell of successes while those are news.
func (s *supervisor) beAlert(now time.Time) {
	s.alert.Store(s.breaker.Alert() || s.pause.until.After(now))
}

// pausedUntil returns when the next request may go although the pool is
// paused; zero when one may go now.
func (s *supervisor) pausedUntil(now time.Time) (until time.Time, probing bool) {
	if !s.pause.until.After(now) {
		return time.Time{}, false
	}
	next, probing := s.pause.probes.Wait(policy.At(now))
	if next == 0 {
		return time.Time{}, false
	}
	return earlier(next.Time(), s.pause.until), probing
}

// pauseAnswered sees what came of a request while the pool is paused: a
// success ends the pause.
func (s *supervisor) pauseAnswered(m *messages.ProviderAnswered, now time.Time) {
	if !s.pause.until.After(now) {
		return
	}
	result := policy.Result{Account: m.ID, Class: account.ClassCancelled, LeasedAt: policy.At(m.LeasedAt)}
	switch m.Class {
	case account.ClassSuccess:
		result.Class = account.ClassSuccess
	case account.ClassLimited:
		result.Class = account.ClassServerError // the probe failed
	default:
	}
	switch s.pause.probes.Learn(result, policy.At(now), s.jitter()) {
	case policy.Closed:
		s.endPause(m.LeasedAt.Add(1), now)
	case policy.Reopened:
		s.serveParked(now)
	case policy.Unchanged, policy.Opened:
	}
}

// endPause frees the pool of what was seen before a moment.
func (s *supervisor) endPause(before, now time.Time) {
	if s.pause.until.After(now) {
		s.learnPause(policy.Evidence{Freed: []account.Freed{{Scope: account.ScopePool, At: before}}}, now)
	}
}

// pauseRefusal says that the whole pool is paused.
func (s *supervisor) pauseRefusal(m *messages.SelectAccount, _ time.Time) *messages.RefusalError {
	detail := "the whole pool is paused, several accounts having met the same limit (" + s.pause.reason + ")"
	if m.Pin != "" {
		return &messages.RefusalError{Reason: messages.RefusedPin, AccountID: m.Pin, PinnedFor: m.PinnedFor, ByOwner: m.ByOwner, RetryAt: s.pause.until, Detail: detail}
	}
	lines := s.lines(m.Model)
	for i := range lines {
		if lines[i].Until.IsZero() {
			lines[i].Reason, lines[i].Until = detail, s.pause.until
		}
	}
	return &messages.RefusalError{Reason: messages.RefusedLimited, Detail: detail, RetryAt: s.pause.until, Accounts: lines}
}
