package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// selectAccount forwards the ask to the account that serves it. That account
// answers the caller directly.
func (s *supervisor) selectAccount(m *messages.SelectAccount) {
	now := s.Now()
	s.usedAt = now
	if !now.Before(s.wakeTime) {
		s.serveParked(now) // parked asks are first to get what is free since
	}
	deadline := now.Add(s.settings.MaxWait - m.Waited)
	m.Lease.Placement = messages.Placement{}
	if wait, parked := s.trySelect(m, now, deadline); parked {
		s.park(parkedAsk{ask: m, since: now, deadline: deadline}, wait.until)
	}
}

// trySelect forwards m to an account or refuses it. When waiting makes sense, it
// does neither and returns parked with what the ask waits for.
func (s *supervisor) trySelect(m *messages.SelectAccount, now, deadline time.Time) (wait waitPlan, parked bool) {
	if s.drain != nil {
		m.Fail(messages.ErrStopped)
		return waitPlan{}, false
	}
	request, resource := s.pinRequest(&m.Request, policy.At(now))
	m.Lease.Pin, m.Lease.PinnedBy, m.Lease.PinnedFor = request.Pin, request.PinnedBy, resource
	request.WaitUntil = policy.At(shared.Earlier(deadline, m.Deadline))
	until, probing := s.circuitWait(now)
	if s.Count(m.Kind) == 0 {
		until = time.Time{} // what is missing is an account, not the provider
	}
	if !until.IsZero() {
		failed, all := s.breaker.Failed(len(s.order))
		if all {
			return s.holdBack(m, until, probing, now, deadline)
		}
		request = request.Without(failed)
	}
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
	return waitPlan{}, false
}

// forward sends m's lease to the picked account, which answers it.
func (s *supervisor) forward(m *messages.SelectAccount, choice policy.Choice, now time.Time) {
	m.Lease.Rebound, m.Lease.LeasedAt, m.Lease.Decision = choice.Rebound, now, choice.Seq
	m.Lease.Patient = m.Lease.PinnedBy != "" || m.Pin != "" && !m.Movable
	if m.Affinity != "" || s.selection.Active() != s.active {
		s.savePoolSoon()
	}
	picked := s.members[choice.Slot]
	s.publishDecision(m, choice, picked)
	s.claim(picked, now)
	picked.Tell(&m.Lease)
}
