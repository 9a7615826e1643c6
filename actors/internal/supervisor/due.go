package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// staleAccounts returns the accounts whose usage is stale and can be polled; none
// when the pool was not used since m.UsedSince.
func (s *supervisor) staleAccounts(m *messages.GetStale) []messages.Recipient {
	if !m.UsedSince.IsZero() && !s.usedAt.After(m.UsedSince) {
		return nil
	}
	now := s.Now()
	var due []messages.Recipient
	for _, known := range s.order {
		r := known.record
		if r.Eligible() && r.Kind == account.OAuth && !r.Expired(now) && policy.PollDue(r, m.Before, now) {
			due = append(due, known.Ref)
		}
	}
	return due
}

// expiring returns the accounts whose tokens end before a moment and can be
// refreshed.
func (s *supervisor) expiring(before time.Time) []messages.Recipient {
	var due []messages.Recipient
	now := s.Now()
	for _, m := range s.order {
		r := m.record
		if r.Eligible() && r.Kind == account.OAuth && r.Renewable() && r.Due(now, before.Sub(now)) {
			due = append(due, m.Ref)
		}
	}
	return due
}
