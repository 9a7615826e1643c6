package actors

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// A stored response or a file belongs to the account that made it. The
// supervisor remembers which that is, and keeps requests that name it there.

// Own notes that an account made a resource that no other account can use. It
// does not wait.
func (p *Pool) Own(resource, accountID string) {
	p.supervisor.Tell(&messages.OwnResource{Resource: resource, AccountID: accountID})
}

func (s *supervisor) own(m *messages.OwnResource) {
	s.selection.Own(m.Resource, m.AccountID, policy.At(s.wallNow()))
	s.savePoolSoon()
}

// poolStored takes over what other processes have learnt.
func (s *supervisor) poolStored(m *messages.PoolStored, now time.Time) {
	s.selection.RestoreOwned(bindingsOf(m.Owned), policy.At(now))
	s.pinTo(m.Pinned, m.PinnedAt)
	s.takePause(policy.Evidence{Limits: m.Limits, Freed: m.Freed}, now)
}
