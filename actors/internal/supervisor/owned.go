package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// A stored response or a file belongs to the account that made it. The
// supervisor remembers which that is, and keeps requests that name it there.

func (s *supervisor) own(m *messages.OwnResource) {
	s.selection.Own(m.Resource, m.AccountID, policy.At(s.Now()))
	s.savePoolSoon()
}

// poolStored takes over what other processes have learnt.
func (s *supervisor) poolStored(m *messages.PoolStored, now time.Time) {
	s.selection.RestoreOwned(m.Owned, policy.At(now))
	s.pinTo(m.Pinned, m.PinnedAt)
	s.takePause(policy.Evidence{Limits: m.Limits, Freed: m.Freed}, now)
}
