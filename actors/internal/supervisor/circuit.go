package supervisor

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// providerAnswered is the provider's breaker: trouble across accounts holds
// requests back, and costs no account anything.
func (s *supervisor) providerAnswered(m *messages.ProviderAnswered) {
	now := s.Now()
	change := s.breaker.Learn(policy.Result{
		Account: m.ID, Class: m.Class, LeasedAt: policy.At(m.LeasedAt), Alone: len(s.order) == 1,
	}, policy.At(now), s.Jitter())
	s.beAlert(now)
	s.pauseAnswered(m, now)
	switch change {
	case policy.Opened:
		retryAt, _ := s.shut(now)
		s.Publish(event.CircuitOpened{Occurrence: s.ownOccurrence(now), Reason: s.trouble(), RetryAt: retryAt})
	case policy.Closed:
		s.Publish(event.CircuitClosed{Occurrence: s.ownOccurrence(now)})
	case policy.Unchanged:
		return
	case policy.Reopened:
	}
	s.serveParked(now)
}

// shut returns when the breaker lets the next request through, zero for now,
// and whether one is under way that may end the wait.
func (s *supervisor) shut(now time.Time) (until time.Time, probing bool) {
	next, probing := s.breaker.Wait(policy.At(now))
	return next.Time(), probing
}

// spare returns whom not to ask while the breaker is open: the accounts that
// have failed, and those that the ask has tried. One account's trouble may be its
// own, so that each other is asked once. all is set when none is left for that.
func (s *supervisor) spare(m *messages.SelectAccount) (ids []string, all bool) {
	failed, all := s.breaker.Failed(len(s.order))
	return slices.Concat(m.Exclude, failed), all
}

// holdBack has an ask wait while the provider is in trouble: for the next probe
// at until, and for what comes of the one under way. An ask that cannot wait for
// as long is refused.
func (s *supervisor) holdBack(m *messages.SelectAccount, until time.Time, probing bool, now, deadline time.Time) (wait delay, parked bool) {
	if now.Before(deadline) && (probing || !until.After(deadline)) {
		return delay{until: shared.Earlier(until, deadline)}, true
	}
	request := m.Request
	request.Pin, request.PinnedBy = m.Lease.Pin, m.Lease.PinnedBy
	choice := s.selection.TurnAway(request, policy.ProviderDown, policy.At(until), policy.At(now))
	s.saveDecisionsSoon()
	s.debugDecision(choice)
	s.tellRefused(m, choice) // before the answer: m is its asker's again then
	m.Fail(s.troubleRefusal(now))
	return delay{}, false
}

func (s *supervisor) troubleRefusal(now time.Time) *messages.RefusalError {
	until, _ := s.shut(now)
	return &messages.RefusalError{Reason: messages.RefusedProvider, RetryAt: until, Detail: s.trouble()}
}

// trouble says what opened the breaker.
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

// ownOccurrence is that of an event of the whole pool.
func (s *supervisor) ownOccurrence(now time.Time) event.Occurrence {
	return event.Occurrence{Provider: s.Provider.Name(), At: now}
}
