package supervisor

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// removal is an account that is being deleted from the store, and the ask for it.
type removal struct {
	record *account.Record
	asker  *messages.RemoveAccount
}

// removeAccount removes an account from selection, then from the store.
func (s *supervisor) removeAccount(m *messages.RemoveAccount) {
	known := s.member(m.ID)
	if known == nil {
		s.discard(m)
		return
	}
	s.leaving[m.ID] = removal{record: known.record, asker: m}
	s.leave(known)
	s.Writer.Tell(&messages.DeleteAccount{Key: messages.Key{Provider: s.Provider.Name(), ID: m.ID}, ReplyTo: s.self})
}

// leave ends the membership of an account and stops its actor.
func (s *supervisor) leave(m *member) {
	id := m.record.ID
	s.selection.Remove(id, policy.At(s.Now()))
	s.pause.sightings.Forget(id)
	s.savePoolSoon()
	s.members[m.slot] = nil
	for i, o := range s.order {
		if o == m {
			s.order = append(s.order[:i:i], s.order[i+1:]...)
			break
		}
	}
	s.Resize(m.record.Kind, -1)
	m.Stop()
}

// accountRemoved ends a removal. An account that could not be deleted joins
// again, so that it can be deleted later.
func (s *supervisor) accountRemoved(m *messages.AccountRemoved) {
	left, known := s.leaving[m.ID]
	if !known {
		return
	}
	delete(s.leaving, m.ID)
	if m.Err != nil {
		s.join(left.record)
		s.readAgain(m.ID)
	} else {
		s.holders.drop(left.record)
		s.unpin(m.ID)
		s.Publish(event.AccountLeft{Occurrence: s.occurrence(left.record)})
	}
	left.asker.Reply.Send(messages.Acknowledged{Err: m.Err})
	s.retryHeld(m.ID)
	s.serveParked(s.Now())
}
