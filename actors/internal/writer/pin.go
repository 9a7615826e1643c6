package writer

import (
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func (p *writer) storePin(m *messages.StorePin) {
	stored := &messages.PinStored{Asked: m}
	p.changePool(m.Provider, poolChange{
		mutate: func(s *persistence.PoolState) {
			changePin(s, m)
			stored.Pinned, stored.PinnedAt = s.Pinned, s.PinnedAt
		},
		answer: func(err error) {
			stored.Err = err
			m.ReplyTo.Tell(stored)
		},
	})
}

// changePin gives each pin a later time than the one before, even when the clocks
// of the processes differ. By it all processes know which pin was stored last.
func changePin(s *persistence.PoolState, m *messages.StorePin) {
	if m.Replaces != "" && s.Pinned != m.Replaces {
		return
	}
	s.Pinned = m.ID
	s.PinnedAt = shared.Later(m.At, s.PinnedAt.Add(1))
}
