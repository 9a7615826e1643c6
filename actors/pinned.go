package actors

import (
	"context"
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
)

// The owner of the accounts may have one of them serve all requests, in every
// process. The choice is stored with the pool's state before it holds.

// unpinDue is what a supervisor tells itself when the pin to an account that is
// removed could not be taken back.
type unpinDue struct{ removed string }

// Pin has one account serve all requests; none does any more when id is empty.
func (p *Pool) Pin(ctx context.Context, id string) error {
	m := &messages.PinPool{ID: id, Reply: messages.NewReply[messages.Acknowledged]()}
	return acknowledged(ask(ctx, p.supervisor, m, m.Reply))
}

func (s *supervisor) pin(m *messages.PinPool) {
	if m.ID != "" && s.member(m.ID) == nil {
		m.Fail(unknownAccount(m.ID))
		return
	}
	s.store.Tell(&messages.StorePin{Provider: s.provider.Name(), ID: m.ID, At: s.wallNow(), ReplyTo: s.self, Asker: m})
}

func (p *persister) storePin(m *messages.StorePin) {
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

// changePin gives each pin a moment after that of the one before, whatever the
// clocks of the processes say: by it all of them know which was stored last.
func changePin(s *persistence.PoolState, m *messages.StorePin) {
	if m.Replaces != "" && s.Pinned != m.Replaces {
		return
	}
	s.Pinned = m.ID
	s.PinnedAt = later(m.At, s.PinnedAt.Add(1))
}

func (s *supervisor) pinStored(m *messages.PinStored) {
	if m.Err == nil {
		s.pinTo(m.Pinned, m.PinnedAt)
	} else {
		s.system.log.Warn().Err(m.Err).Str("provider", s.provider.Name()).Msg("which account serves all requests could not be stored")
	}
	if asker := m.Asked.Asker; asker != nil {
		asker.Reply.Send(messages.Acknowledged{Err: m.Err})
	}
	_, leaving := s.leaving[m.Asked.ID]
	switch {
	case m.Err != nil && m.Asked.Replaces != "":
		s.unpinTimer = time.AfterFunc(saveRetry, func() { s.self.Tell(&unpinDue{removed: m.Asked.Replaces}) })
	case m.Err == nil && s.member(m.Asked.ID) == nil && !leaving:
		s.unpin(m.Asked.ID) // it was removed meanwhile
	}
}

// pinTo takes over whom all requests are pinned to; this process, or another,
// has stored it. What was read before a later pin was stored comes late.
func (s *supervisor) pinTo(id string, at time.Time) {
	if at.Before(s.pinnedAt) {
		return
	}
	changed := id != s.pinnedTo
	if s.pinnedTo, s.pinnedAt = id, at; changed {
		s.serveParked(s.wallNow())
	}
}

// unpin ends the pin to an account that is removed. Another pin stays, also
// one that is not known here yet.
func (s *supervisor) unpin(removed string) {
	if removed != "" && s.pinnedTo == removed {
		s.store.Tell(&messages.StorePin{Provider: s.provider.Name(), Replaces: removed, At: s.wallNow(), ReplyTo: s.self})
	}
}

// pinned returns a request pinned to the account that made what it names, else
// to the one that its owner wants, unless its caller has pinned it. This is
// decided for each attempt anew.
func (s *supervisor) pinned(r policy.Request, now policy.Instant) (pinned policy.Request, resource string) {
	if r.Pin == "" && len(r.Named) > 0 {
		if resource, r.Pin = s.selection.Owner(r.Named, now); resource != "" {
			r.PinnedBy = policy.ByResource
		}
	}
	if r.Pin == "" && s.pinnedTo != "" {
		r.Pin, r.PinnedBy = s.pinnedTo, policy.ByOwner
	}
	return r, resource
}
