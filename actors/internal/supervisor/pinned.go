package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// The owner may pin all requests, of every process, to one account. The pin is
// stored with the pool's state before it takes effect.

// unpinDue is a message of the supervisor to itself when the pin to a removed
// account has to be ended once more, because that could not be stored.
type unpinDue struct{ removed string }

func (s *supervisor) pin(m *messages.PinPool) {
	if m.ID != "" && s.member(m.ID) == nil {
		m.Fail(messages.UnknownAccount(m.ID))
		return
	}
	s.Writer.Tell(&messages.StorePin{Provider: s.Provider.Name(), ID: m.ID, At: s.Now(), ReplyTo: s.self, Asker: m})
}

func (s *supervisor) pinStored(m *messages.PinStored) {
	if m.Err == nil {
		s.pinTo(m.Pinned, m.PinnedAt)
	} else {
		s.Log.Warn().Err(m.Err).Str("provider", s.Provider.Name()).Msg("which account serves all requests could not be stored")
	}
	if asker := m.Asked.Asker; asker != nil {
		asker.Reply.Send(messages.Acknowledged{Err: m.Err})
	}
	_, leaving := s.leaving[m.Asked.ID]
	switch {
	case m.Err != nil && m.Asked.Replaces != "":
		s.unpinLater.Set(s.self, saveRetry, &unpinDue{removed: m.Asked.Replaces})
	case m.Err == nil && s.member(m.Asked.ID) == nil && !leaving:
		s.unpin(m.Asked.ID) // the account was removed meanwhile
	}
}

// pinTo takes over the stored pin, which this process or another has set. A pin
// that was read before a later one was stored arrives late and is ignored.
func (s *supervisor) pinTo(id string, at time.Time) {
	if at.Before(s.pinnedAt) {
		return
	}
	changed := id != s.pinnedTo
	if s.pinnedTo, s.pinnedAt = id, at; changed {
		s.serveParked(s.Now())
	}
}

// unpin ends the pin to a removed account. A pin to another account stays, even
// one that this process does not know yet.
func (s *supervisor) unpin(removed string) {
	if removed != "" && s.pinnedTo == removed {
		s.Writer.Tell(&messages.StorePin{Provider: s.Provider.Name(), Replaces: removed, At: s.Now(), ReplyTo: s.self})
	}
}

// pinRequest pins a request that its caller did not pin: to the account that made
// a resource which the request names, else to the account that the owner pinned.
// It returns that resource. Each attempt decides anew, so r is not changed.
func (s *supervisor) pinRequest(r *policy.Request, now policy.Instant) (pinned *policy.Request, resource string) {
	if r.Pin == "" && len(r.Named) > 0 {
		if resource, id := s.selection.Owner(r.Named, now); resource != "" {
			return r.PinnedTo(id, policy.ByResource), resource
		}
	}
	if r.Pin == "" && s.pinnedTo != "" {
		return r.PinnedTo(s.pinnedTo, policy.ByOwner), ""
	}
	return r, ""
}
