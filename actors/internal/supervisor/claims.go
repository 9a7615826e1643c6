package supervisor

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

const (
	// claimDelay is the debounce of new claims: claims made within it become one
	// write.
	claimDelay = 20 * time.Millisecond
	// claimLasts is how long a claim lasts after the account's last request began.
	claimLasts = time.Minute
)

// claims are the accounts that this process uses, and those that others use.
type claims struct {
	mine []*member
	// theirs are the ids that other processes claim.
	theirs map[string]bool
	timer  runtime.Timer
}

// claimsDue is a message of the supervisor to itself when its claims are to be
// written.
type claimsDue struct{}

// claim notes that m is used now, and schedules a write if others do not know
// yet.
func (s *supervisor) claim(m *member, now time.Time) {
	m.usedAt = policy.At(now)
	if m.claimed || !s.settings.Claims {
		return
	}
	m.claimed = true
	s.claims.mine = append(s.claims.mine, m)
	s.tellClaimsIn(claimDelay)
}

func (s *supervisor) tellClaimsIn(wait time.Duration) {
	s.claims.timer.Set(s.self, wait, &claimsDue{})
}

// tellClaims writes the claims for other processes, and comes back when some may
// have ended.
func (s *supervisor) tellClaims(now time.Time) {
	ended := policy.At(now.Add(-claimLasts))
	s.claims.mine = slices.DeleteFunc(s.claims.mine, func(m *member) bool {
		m.claimed = m.usedAt > ended && s.member(m.record.ID) == m
		return !m.claimed
	})
	ids := make([]string, len(s.claims.mine))
	for i, m := range s.claims.mine {
		ids[i] = m.record.ID
	}
	s.Writer.Tell(&messages.ClaimAccounts{Provider: s.Provider.Name(), IDs: ids})
	if len(ids) > 0 {
		s.tellClaimsIn(claimLasts)
	}
}

// claimsChanged tells selection which accounts other processes use.
func (s *supervisor) claimsChanged(m *messages.ClaimsChanged) {
	now := policy.At(s.Now())
	for id := range s.claims.theirs {
		if !m.IDs[id] {
			s.selection.SetClaimed(id, false, now)
		}
	}
	for id := range m.IDs {
		s.selection.SetClaimed(id, s.settings.Claims, now)
	}
	s.claims.theirs = m.IDs
}
