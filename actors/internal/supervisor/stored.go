package supervisor

import (
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
)

// accountStored forwards a changed record to its account, or adds an account that
// another process stored.
func (s *supervisor) accountStored(m *messages.AccountStored) {
	s.forgetUnreadable(m.Record.ID)
	if known := s.member(m.Record.ID); known != nil {
		known.Tell(m)
		return
	}
	_, leaving := s.leaving[m.Record.ID]
	if leaving || s.holders.ofIdentity(&m.Record) == m.Record.ID || s.holders.ofTokens(&m.Record) == m.Record.ID {
		return // being removed, or created, by this process
	}
	s.join(&m.Record)
	s.Publish(event.AccountJoined{Occurrence: s.occurrence(&m.Record)})
	s.serveParked(s.Now())
}

// accountGone ends the membership of an account that another process removed.
func (s *supervisor) accountGone(m *messages.AccountGone) {
	s.forgetUnreadable(m.ID)
	known := s.member(m.ID)
	if known == nil {
		return
	}
	s.leave(known)
	s.holders.drop(known.record)
	s.unpin(m.ID)
	s.Publish(event.AccountLeft{Occurrence: s.occurrence(known.record)})
	s.retryHeld(m.ID)
}

// accountsPresent reads the accounts that are here and not stored, or stored and
// not here.
func (s *supervisor) accountsPresent(present *messages.AccountsPresent) {
	stored := make(map[string]bool, len(present.IDs))
	var differ []string
	for _, id := range present.IDs {
		stored[id] = true
		if s.member(id) == nil {
			differ = append(differ, id)
		}
	}
	for _, m := range s.order {
		if !stored[m.record.ID] {
			differ = append(differ, m.record.ID)
		}
	}
	s.Writer.Tell(&messages.ReadAccounts{Provider: s.Provider.Name(), IDs: differ, ReplyTo: s.self})
}
