package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// The owner of the accounts may have one of them serve all requests, in every
// process. The choice is stored with the pool's state before it holds.

// unpinDue is what a supervisor tells itself when the pin to an account that is
// removed could not be taken back.
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
		s.serveParked(s.Now())
	}
}

// unpin ends the pin to an account that is removed. Another pin stays, also
// one that is not known here yet.
func (s *supervisor) unpin(removed string) {
	if removed != "" && s.pinnedTo == removed {
		s.Writer.Tell(&messages.StorePin{Provider: s.Provider.Name(), Replaces: removed, At: s.Now(), ReplyTo: s.self})
	}
}

// pinRequest pins a request to the account that made what it names, the resource,
// else to the one that its owner wants, unless its caller has pinned it. This is
// decided for each attempt anew.
func (s *supervisor) pinRequest(r *policy.Request, now policy.Instant) (resource string) {
	if r.Pin == "" && len(r.Named) > 0 {
		if resource, r.Pin = s.selection.Owner(r.Named, now); resource != "" {
			r.PinnedBy = policy.ByResource
		}
	}
	if r.Pin == "" && s.pinnedTo != "" {
		r.Pin, r.PinnedBy = s.pinnedTo, policy.ByOwner
	}
	return resource
}
