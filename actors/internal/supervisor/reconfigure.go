package supervisor

import (
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

func (s *supervisor) reconfigure(m *messages.Reconfigure) {
	now := s.Now()
	if err := s.selection.Reconfigure(m.Settings.Selection, policy.At(now)); err != nil {
		m.Fail(err)
		return
	}
	claims := s.settings.Claims
	s.settings = m.Settings
	s.Tuning.Store(&s.settings.Tuning)
	if claims != s.settings.Claims {
		s.switchClaims(s.settings.Claims)
	}
	for _, known := range s.order {
		s.put(known, now) // the settings may lift some of its limits, or no longer
	}
	m.Reply.Send(messages.Acknowledged{})
	s.serveParked(now)
}

// switchClaims starts or stops to use claims.
func (s *supervisor) switchClaims(on bool) {
	now := policy.At(s.Now())
	for id := range s.claims.theirs {
		s.selection.SetClaimed(id, on, now)
	}
	if on {
		return // an account is claimed with its next use
	}
	for _, m := range s.claims.mine {
		m.claimed = false
	}
	s.claims.mine = nil
	s.Writer.Tell(&messages.ClaimAccounts{Provider: s.Provider.Name()})
}
