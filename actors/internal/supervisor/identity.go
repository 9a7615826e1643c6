package supervisor

import (
	"github.com/seed-810f1486/multiaccount/messages"
)

// identityFound gives an account the identity that the provider returned, unless
// another account in the pool has it: nobody could tell the two apart.
func (s *supervisor) identityFound(m *messages.IdentityFound) {
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
