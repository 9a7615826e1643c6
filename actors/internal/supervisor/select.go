package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// selectAccount forwards the ask to the account that serves it. The account's
// answer goes to the caller, not through here.
func (s *supervisor) selectAccount(m *messages.SelectAccount) {
	now := s.Now()
	s.usedAt = now
	if !now.Before(s.wakeTime) {
		s.serveParked(now) // whoever waits for what is free since is first
	}
	deadline := now.Add(s.settings.MaxWait - m.Waited)
	m.Lease.Placement = messages.Placement{}
	if wait, parked := s.place(m, now, deadline); parked {
		s.park(parkedAsk{ask: m, since: now, deadline: deadline}, wait.until)
	}
}

// place gives m an account or a refusal. It returns parked when waiting makes
// sense, and what the ask waits for.
func (s *supervisor) place(m *messages.SelectAccount, now, deadline time.Time) (wait delay, parked bool) {
	if s.drain != nil {
		m.Fail(messages.ErrStopped)
		return delay{}, false
	}
	request := m.Request
	resource := s.pinRequest(&request, policy.At(now))
	m.Lease.Pin, m.Lease.PinnedBy, m.Lease.PinnedFor, m.Lease.Waited = request.Pin, request.PinnedBy, resource, m.Waited
	until, probing := s.shut(now)
	if s.Count(m.Kind) == 0 {
		until = time.Time{} // the provider is not what is missing
	}
	if !until.IsZero() {
		var all bool
		if request.Exclude, all = s.spare(m); all {
			return s.holdBack(m, until, probing, now, deadline)
		}
	}
	request.WaitUntil = policy.At(shared.Earlier(deadline, m.Deadline))
	choice := s.selection.Select(request, policy.At(now))
	s.saveDecisionsSoon()
	s.debugDecision(choice)
	switch {
	case !choice.OK && !until.IsZero():
		return s.holdBack(m, until, probing, now, deadline)
	case !choice.OK:
		return s.refuse(m, choice, deadline)
	case until.IsZero():
		s.breaker.Begin(policy.At(now))
	}
	s.forward(m, choice, now)
	return delay{}, false
}

// forward has the picked account answer m.
func (s *supervisor) forward(m *messages.SelectAccount, choice policy.Choice, now time.Time) {
	m.Lease.Rebound, m.Lease.LeasedAt, m.Lease.Decision = choice.Rebound, now, choice.Seq
	m.Lease.Patient = m.Lease.PinnedBy != "" || m.Pin != "" && !m.Movable
	if m.Affinity != "" || s.selection.Active() != s.active {
		s.savePoolSoon()
	}
	picked := s.members[choice.Slot]
	s.tellDecision(m, choice, picked)
	s.claim(picked, now)
	picked.Tell(&m.Lease)
}
