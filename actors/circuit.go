package actors

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// tellOfProvider tells the supervisor what an answer says of the provider.
// That it works is news only while the supervisor is on the alert.
func (a *accountActor) tellOfProvider(class account.Class, leasedAt time.Time) {
	if policy.IsTrouble(class) || a.alert.Load() {
		a.supervisor.Tell(&messages.ProviderAnswered{ID: a.record.ID, Class: class, LeasedAt: leasedAt})
	}
}

// providerAnswered is the provider's breaker: trouble across accounts holds
// requests back, and costs no account anything.
func (s *supervisor) providerAnswered(m *messages.ProviderAnswered) {
	now := wallNow()
	change := s.breaker.Learn(policy.Result{
		Account: m.ID, Class: m.Class, LeasedAt: policy.At(m.LeasedAt), Alone: len(s.order) == 1,
	}, policy.At(now), s.jitter())
	s.alert.Store(s.breaker.Alert())
	switch change {
	case policy.Opened:
		s.publish(messages.CircuitOpened{Occurrence: s.ownOccurrence(now), Reason: s.trouble(), RetryAt: s.shut(now)})
	case policy.Closed:
		s.publish(messages.CircuitClosed{Occurrence: s.ownOccurrence(now)})
	case policy.Unchanged:
		return
	case policy.Reopened:
	}
	s.serveParked(now)
}

// shut returns until when the breaker lets no request through; zero when it does.
func (s *supervisor) shut(now time.Time) time.Time {
	until, _ := s.breaker.Wait(policy.At(now))
	return until.Time()
}

// holdBack has an ask wait for the breaker's next probe, and for what comes of
// the one under way; an ask that cannot wait for as long is refused.
func (s *supervisor) holdBack(m *messages.SelectAccount, until, now, deadline time.Time) (retryAt time.Time, parked bool) {
	_, probing := s.breaker.Wait(policy.At(now))
	if now.Before(deadline) && (probing || !until.After(deadline)) {
		return earlier(until, deadline), true
	}
	m.Fail(&messages.RefusalError{Reason: messages.RefusedProvider, RetryAt: until, Detail: s.trouble()})
	return time.Time{}, false
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
func (s *supervisor) ownOccurrence(now time.Time) messages.Occurrence {
	return messages.Occurrence{Provider: s.provider.Name(), At: now}
}
