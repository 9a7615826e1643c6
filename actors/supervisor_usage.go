package actors

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// stale returns the accounts whose figures are old and can be asked for: none
// when nobody has used the pool since.
func (s *supervisor) stale(m *messages.GetStale) []messages.Recipient {
	if !m.UsedSince.IsZero() && !s.usedAt.After(m.UsedSince) {
		return nil
	}
	now := s.wallNow()
	var due []messages.Recipient
	for _, known := range s.order {
		r := known.record
		if r.Eligible() && r.Kind == account.OAuth && !r.Expired(now) && policy.PollDue(r, m.Before, now) {
			due = append(due, known.ref)
		}
	}
	return due
}

// identityLearnt lets an account be who the provider says it is, unless another
// account is that already: two of one identity would be taken for one.
func (s *supervisor) identityLearnt(m *messages.IdentityLearnt) {
	known := s.member(m.ID)
	if known == nil || known.record.Subject != "" {
		return
	}
	named := *known.record
	named.Subject, named.Organization = m.Subject, m.Organization
	if id := s.holders.ofIdentity(&named); id != "" && id != m.ID {
		s.system.log.Warn().Str("account", m.ID).Str("other", id).
			Msg("two accounts are the same login of the provider; remove one of them")
		return
	}
	s.holders.put(&named)
	known.Tell(&messages.TakeIdentity{Subject: m.Subject, Organization: m.Organization})
}
