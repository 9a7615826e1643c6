package supervisor

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
)

// addAccount stores a new account, or gives a known account the new login. A
// login that may be that of an account which is just being created or removed
// waits until that has ended.
func (s *supervisor) addAccount(m *messages.AddAccount) {
	for _, id := range []string{s.holders.ofIdentity(&m.Record), s.holders.ofTokens(&m.Record)} {
		if id != "" && s.member(id) == nil {
			s.held[id] = append(s.held[id], m)
			return
		}
	}
	if m.OnlyNew {
		if id := s.holderOf(&m.Record); id != "" || m.DryRun {
			answerNotAdded(m, id)
			return
		}
	}
	known := s.member(s.holders.ofIdentity(&m.Record))
	if known != nil && known.record.Identity() != m.Record.Identity() {
		known = nil
	}
	if err := s.cannotAdd(m, known); err != nil {
		m.Fail(err)
		return
	}
	if known != nil {
		known.Tell(&messages.ReplaceLogin{Record: m.Record, Reply: m.Reply})
		return
	}
	s.create(m)
}

// cannotAdd says why a login is not added; nil when it is. known is the account
// that it is the login of, nil for a new one. Another program's name for it makes
// room for a label that is taken.
func (s *supervisor) cannotAdd(m *messages.AddAccount, known *member) error {
	if id := s.holders.ofTokens(&m.Record); known == nil && id != "" && s.member(id).record.SharesToken(&m.Record) {
		return holdsLogin(id)
	}
	id := s.holders.ofLabel(&m.Record)
	switch {
	case id == "" || known != nil && known.record.ID == id:
	case !m.OnlyNew:
		return labelTaken(id)
	default:
		m.Record.Label = ""
	}
	return nil
}

func holdsLogin(id string) *messages.RefusalError {
	return &messages.RefusalError{
		Reason: messages.RefusedDuplicate, AccountID: id, Detail: "it already holds this login; remove it first or log in again",
	}
}

// create has the writer store a new account.
func (s *supervisor) create(m *messages.AddAccount) {
	id, err := uuid.NewV7()
	if err != nil {
		m.Fail(fmt.Errorf("no random id for the account: %w", err))
		return
	}
	record := m.Record
	record.ID, record.Provider, record.AddedAt = id.String(), s.Provider.Name(), s.Now()
	s.holders.put(&record)
	s.Writer.Tell(&messages.CreateAccount{Record: record, ReplyTo: s.self, Asker: m.Reply, OnlyNew: m.OnlyNew})
}

func (s *supervisor) accountCreated(m *messages.AccountCreated) {
	record := m.Create.Record
	switch {
	case m.Holder != nil:
		s.holders.drop(&record)
		s.addToHolder(m)
		s.retryHeld(record.ID)
		return
	case m.Err != nil:
		s.holders.drop(&record)
		s.readAgain(record.ID)
	case s.member(record.ID) == nil: // otherwise a restart has read it from the store already
		s.join(&record)
		s.Publish(event.AccountJoined{Occurrence: s.occurrence(&record)})
	}
	m.Answer()
	s.retryHeld(record.ID)
	s.serveParked(s.Now())
}

// addToHolder gives a login to the account that has it already: another process has
// just added that. While this process removes or creates the account, the login
// waits until that has ended.
func (s *supervisor) addToHolder(m *messages.AccountCreated) {
	s.accountStored(&messages.AccountStored{Record: *m.Holder})
	id := m.Holder.ID
	ask := &messages.AddAccount{Record: m.Create.Record, OnlyNew: m.Create.OnlyNew, Reply: m.Create.Asker}
	switch known := s.member(id); {
	case known == nil:
		s.held[id] = append(s.held[id], ask)
	case ask.OnlyNew:
		answerNotAdded(ask, id)
	case m.Holder.Identity() == "" || m.Holder.Identity() != ask.Record.Identity():
		ask.Fail(holdsLogin(id))
	default:
		known.Tell(&messages.ReplaceLogin{Record: ask.Record, Reply: ask.Reply})
	}
}

// retryHeld adds the logins that waited for the creation or removal of an
// account.
func (s *supervisor) retryHeld(id string) {
	held := s.held[id]
	delete(s.held, id)
	for _, m := range held {
		s.addAccount(m)
	}
}
