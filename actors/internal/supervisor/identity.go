package supervisor

import (
	"github.com/seed-810f1486/multiaccount/messages"
)

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
		s.Log.Warn().Str("account", m.ID).Str("other", id).
			Msg("two accounts are the same login of the provider; remove one of them")
		return
	}
	s.holders.put(&named)
	known.Tell(&messages.TakeIdentity{Subject: m.Subject, Organization: m.Organization})
}
