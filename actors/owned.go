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

// pinToOwner pins an ask to the account that made what it names, unless its
// caller has pinned it already. A pin lasts for all attempts of the request.
func (s *supervisor) pinToOwner(m *messages.SelectAccount, now policy.Instant) {
	if m.Pin != "" || len(m.Named) == 0 {
		return
	}
	m.PinnedFor, m.Pin = s.selection.Owner(m.Named, now)
}

// poolStored takes over what other processes have learnt.
func (s *supervisor) poolStored(m *messages.PoolStored, now time.Time) {
	s.selection.RestoreOwned(bindingsOf(m.Owned), policy.At(now))
	s.takePause(policy.Evidence{Limits: m.Limits, Freed: m.Freed}, now)
}
