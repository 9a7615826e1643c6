package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// providerAnswered feeds the provider's circuit breaker. It opens after trouble
// with several accounts and then holds requests back. No account gets a limit for
// that.
func (s *supervisor) providerAnswered(m *messages.ProviderAnswered) {
	now := s.Now()
	change := s.breaker.Observe(policy.Result{
		Account: m.ID, Class: m.Class, LeasedAt: policy.At(m.LeasedAt), Alone: len(s.order) == 1,
	}, policy.At(now), s.Jitter())
	s.requestSuccesses(now)
	s.endPauseOnSuccess(m, now)
	switch change {
	case policy.Opened:
		retryAt, _ := s.circuitWait(now)
		s.Publish(event.CircuitOpened{Occurrence: s.poolOccurrence(now), Reason: s.trouble(), RetryAt: retryAt})
	case policy.Closed:
		s.Publish(event.CircuitClosed{Occurrence: s.poolOccurrence(now)})
	case policy.Unchanged:
		return
	case policy.Reopened:
	}
	s.serveParked(now)
}

// circuitWait returns when the circuit breaker lets the next request through,
// zero for now, and whether a probe is under way that may close it earlier.
func (s *supervisor) circuitWait(now time.Time) (until time.Time, probing bool) {
	next, probing := s.breaker.Wait(policy.At(now))
	return next.Time(), probing
}

// holdBack lets an ask wait while the provider is in trouble: for the next probe
// at until, and for the outcome of the one under way. An ask whose deadline is
// earlier is refused.
func (s *supervisor) holdBack(m *messages.SelectAccount, until time.Time, probing bool, now, deadline time.Time) (wait waitPlan, parked bool) {
	if now.Before(deadline) && (probing || !until.After(deadline)) {
		return waitPlan{until: shared.Earlier(until, deadline)}, true
	}
	choice := s.selection.TurnAway(m.PinnedTo(m.Lease.Pin, m.Lease.PinnedBy), policy.ProviderDown, policy.At(until), policy.At(now))
	s.saveDecisionsSoon()
	s.debugDecision(choice)
	s.publishRefused(m, choice) // before the answer, after which m belongs to its asker again
	m.Fail(s.troubleRefusal(now))
	return waitPlan{}, false
}

func (s *supervisor) troubleRefusal(now time.Time) *messages.RefusalError {
	until, _ := s.circuitWait(now)
	return &messages.RefusalError{Reason: messages.RefusedProvider, RetryAt: until, Detail: s.trouble()}
}

// trouble says in words why the circuit breaker opened.
func (s *supervisor) trouble() string {
	switch s.breaker.Class() {
	case account.ClassOverloaded:
		return "it is overloaded"
	case account.ClassNetwork:
		return "it cannot be reached"
	case account.ClassChallenge:
		return "its firewall challenges this address; open its site in a browser, or slow down"
	default:
		return "it answers with server errors"
	}
}

// poolOccurrence is for events about the whole pool.
func (s *supervisor) poolOccurrence(now time.Time) event.Occurrence {
	return event.Occurrence{Provider: s.Provider.Name(), At: now}
}
