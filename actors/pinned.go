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

// Pin has one account serve all requests; none does any more when id is empty.
func (p *Pool) Pin(ctx context.Context, id string) error {
	m := &messages.PinPool{ID: id, Reply: messages.NewReply[messages.Acknowledged]()}
	return acknowledged(ask(ctx, p.supervisor, m, m.Reply))
}

func (s *supervisor) pin(m *messages.PinPool) {
	if m.ID != "" && s.byID[m.ID] == nil {
		m.Fail(unknownAccount(m.ID))
		return
	}
	s.storePin(m.ID, m)
}

func (s *supervisor) storePin(id string, asker *messages.PinPool) {
	s.store.Tell(&messages.StorePin{Provider: s.provider.Name(), ID: id, At: s.wallNow(), ReplyTo: s.self, Asker: asker})
}

func (p *persister) storePin(m *messages.StorePin) {
	p.writers++
	p.system.task(func() {
		_, err := p.store.UpdatePool(context.Background(), m.Provider, func(s *persistence.PoolState) { s.Pinned, s.PinnedAt = m.ID, m.At })
		p.self.Tell(&poolWritten{})
		m.ReplyTo.Tell(&messages.PinStored{Asked: m, Err: err})
	})
}

func (s *supervisor) pinStored(m *messages.PinStored) {
	if m.Err == nil {
		s.pinTo(m.Asked.ID, m.Asked.At)
	} else {
		s.system.log.Warn().Err(m.Err).Str("provider", s.provider.Name()).Msg("which account serves all requests could not be stored")
	}
	if asker := m.Asked.Asker; asker != nil {
		asker.Reply.Send(messages.Acknowledged{Err: m.Err})
	}
}

// pinTo takes over whom all requests are pinned to; this process, or another,
// has stored it. What was read before a later wish was stored comes late.
func (s *supervisor) pinTo(id string, at time.Time) {
	if at.Before(s.pinnedAt) {
		return
	}
	changed := id != s.pinned
	if s.pinned, s.pinnedAt = id, at; changed {
		s.serveParked(s.wallNow())
	}
}

// unpin ends the pin to an account that this process has removed.
func (s *supervisor) unpin(removed string) {
	if s.pinned == removed {
		s.storePin("", nil)
	}
}

// pinAsk pins an ask to the account that made what it names, else to the one
// that its owner wants, unless its caller has pinned it. A pin lasts for all
// attempts of the request; the owner's, for each of them anew.
func (s *supervisor) pinAsk(m *messages.SelectAccount, now policy.Instant) policy.PinnedBy {
	if m.ByOwner {
		m.Pin, m.ByOwner = "", false
	}
	if m.Pin == "" && len(m.Named) > 0 {
		m.PinnedFor, m.Pin = s.selection.Owner(m.Named, now)
	}
	if m.Pin == "" && s.pinned != "" {
		m.Pin, m.ByOwner = s.pinned, true
	}
	switch {
	case m.ByOwner:
		return policy.ByOwner
	case m.PinnedFor != "":
		return policy.ByResource
	}
	return ""
}
