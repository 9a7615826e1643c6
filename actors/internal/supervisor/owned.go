package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// rememberOwner notes which account made a stored response or a file. Requests
// that name it are then kept on that account.
func (s *supervisor) rememberOwner(m *messages.OwnResource) {
	s.selection.Own(m.Resource, m.AccountID, policy.At(s.Now()))
	s.savePoolSoon()
}

// poolStored takes over what other processes stored for the whole pool.
func (s *supervisor) poolStored(m *messages.PoolStored, now time.Time) {
	s.selection.RestoreOwned(m.Owned, policy.At(now))
	s.pinTo(m.Pinned, m.PinnedAt)
	s.mergePause(policy.Evidence{Limits: m.Limits, Freed: m.Freed}, now)
}
