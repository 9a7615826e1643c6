package actors

import (
	"fmt"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/google/uuid"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// member is one account as the supervisor knows it.
type member struct {
	*ref
	slot policy.Slot
	// claimed is set while others are told that it is in use.
	claimed bool
	record  *account.Record
	// notBefore is when a request may be sent to it again; zero for any time.
	notBefore policy.Instant
	// usedAt is when it was last picked.
	usedAt policy.Instant
	// jitter is this process' own, so that others probe the account at other times.
	jitter float64
	// refreshFailed says why the account has to wait until notBefore.
	refreshFailed string
	// told is the fault that the owner was told of, while it is kept in the pool.
	told account.FaultKind
}

// member returns the account of that id; nil when it is not in the pool.
func (s *supervisor) member(id string) *member {
	slot, known := s.selection.Slot(id)
	if !known {
		return nil
	}
	return s.members[slot]
}

// is reports whether the account is of a kind; the empty one is any.
func (m *member) is(kind account.Kind) bool { return kind == "" || kind == m.record.Kind }

// removal is an account on its way out of the store, and who waits for that.
type removal struct {
	record *account.Record
	asker  *messages.RemoveAccount
}

// grow makes room for accounts, so that those of a large pool cost no more than
// they fill.
func (s *supervisor) grow(accounts int) {
	s.selection.Grow(accounts)
	s.members, s.order = slices.Grow(s.members, accounts), slices.Grow(s.order, accounts)
}

// join makes a stored account a member of the pool.
func (s *supervisor) join(ctx actor.Context, record *account.Record) {
	m := &member{ref: s.spawnAccount(ctx, record), record: record, jitter: s.jitter()}
	s.order = append(s.order, m)
	s.resize(record.Kind, 1)
	s.holders.put(record)
	m.slot = s.put(m, s.wallNow())
	for int(m.slot) >= len(s.members) {
		s.members = append(s.members, nil)
	}
	s.members[m.slot] = m
}

// put tells selection what is known of a member.
func (s *supervisor) put(m *member, now time.Time) policy.Slot {
	facts := policy.FactsOf(m.record, *s.tuning.Load())
	facts.CoolUntil = max(facts.CoolUntil, m.notBefore)
	if probe := policy.ProbeAt(m.record, m.jitter); probe != 0 {
		facts.ProbeAt = max(probe, m.notBefore)
	}
	facts.Claimed = s.config.Claims && s.claims.theirs[m.record.ID]
	return s.selection.Put(facts, policy.At(now))
}

// accountChanged takes over what an account has learnt.
func (s *supervisor) accountChanged(m *messages.AccountChanged) {
	known := s.member(m.ID)
	if known == nil {
		return
	}
	s.holders.move(known.record, m.Record)
	s.resize(known.record.Kind, -1)
	s.resize(m.Record.Kind, 1)
	now := s.wallNow()
	s.lookForPause(known.record, m.Record, now)
	known.record, known.notBefore, known.refreshFailed = m.Record, policy.At(m.NotBefore), m.RefreshFailed
	if m.Record.Fault == nil {
		known.told = ""
	}
	s.put(known, now)
	s.serveParked(now)
}

// addAccount stores a new account, or gives a known one the new login.
func (s *supervisor) addAccount(m *messages.AddAccount) {
	for _, id := range []string{s.holders.ofIdentity(&m.Record), s.holders.ofTokens(&m.Record)} {
		if id != "" && s.member(id) == nil {
			s.held[id] = append(s.held[id], m)
			return
		}
	}
	if m.OnlyNew {
		if id := s.holderOf(&m.Record); id != "" || m.DryRun {
			answerUnstored(m, id)
			return
		}
	}
	if known := s.member(s.holders.ofIdentity(&m.Record)); known != nil && known.record.Identity() == m.Record.Identity() {
		known.Tell(&messages.ReplaceLogin{Record: m.Record, Reply: m.Reply})
		return
	}
	if id := s.holders.ofTokens(&m.Record); id != "" && s.member(id).record.SharesToken(&m.Record) {
		m.Fail(&messages.RefusalError{
			Reason: messages.RefusedDuplicate, AccountID: id, Detail: "it already holds this login; remove it first or log in again",
		})
		return
	}
	id, err := uuid.NewV7()
	if err != nil {
		m.Fail(fmt.Errorf("no random id for the account: %w", err))
		return
	}
	record := m.Record
	record.ID, record.Provider, record.AddedAt = id.String(), s.provider.Name(), s.wallNow()
	s.holders.put(&record)
	s.store.Tell(&messages.CreateAccount{Record: record, ReplyTo: s.self, Asker: m.Reply})
}

func (s *supervisor) accountCreated(ctx actor.Context, m *messages.AccountCreated) {
	record := m.Create.Record
	switch {
	case m.Err != nil:
		s.holders.drop(&record)
		s.readAgain(record.ID)
	case s.member(record.ID) == nil: // else a restart has found it in the store
		s.join(ctx, &record)
		s.publish(event.AccountJoined{Occurrence: s.occurrence(&record)})
	}
	m.Answer()
	s.release(record.ID)
	s.serveParked(s.wallNow())
}

// release goes on with the logins that were held back for an account.
func (s *supervisor) release(id string) {
	held := s.held[id]
	delete(s.held, id)
	for _, m := range held {
		s.addAccount(m)
	}
}

// accountStored passes on what somebody changed, or takes in an account that
// another process added.
func (s *supervisor) accountStored(ctx actor.Context, m *messages.AccountStored) {
	s.forgetUnreadable(m.Record.ID)
	if known := s.member(m.Record.ID); known != nil {
		known.Tell(m)
		return
	}
	_, leaving := s.leaving[m.Record.ID]
	if leaving || s.holders.ofIdentity(&m.Record) == m.Record.ID || s.holders.ofTokens(&m.Record) == m.Record.ID {
		return // being removed, or created, by this process
	}
	s.join(ctx, &m.Record)
	s.publish(event.AccountJoined{Occurrence: s.occurrence(&m.Record)})
	s.serveParked(s.wallNow())
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
	s.publish(event.AccountLeft{Occurrence: s.occurrence(known.record)})
	s.release(m.ID)
}

// accountsPresent has those looked at that are here and not stored, or stored
// and not here.
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
	s.store.Tell(&messages.ReadAccounts{Provider: s.provider.Name(), IDs: differ, ReplyTo: s.self})
}

// removeAccount takes an account out of selection, and then out of the store.
func (s *supervisor) removeAccount(m *messages.RemoveAccount) {
	known := s.member(m.ID)
	if known == nil {
		m.Fail(unknownAccount(m.ID))
		return
	}
	s.leaving[m.ID] = removal{record: known.record, asker: m}
	s.leave(known)
	s.store.Tell(&messages.DeleteAccount{Key: messages.Key{Provider: s.provider.Name(), ID: m.ID}, ReplyTo: s.self})
}

// leave ends a membership.
func (s *supervisor) leave(m *member) {
	id := m.record.ID
	s.selection.Remove(id, policy.At(s.wallNow()))
	s.pause.sightings.Forget(id)
	s.savePoolSoon()
	s.members[m.slot] = nil
	for i, o := range s.order {
		if o == m {
			s.order = append(s.order[:i:i], s.order[i+1:]...)
			break
		}
	}
	s.resize(m.record.Kind, -1)
	m.stop()
}

// accountRemoved ends a removal. An account that could not be deleted comes
// back, else nobody could delete it later.
func (s *supervisor) accountRemoved(ctx actor.Context, m *messages.AccountRemoved) {
	left, known := s.leaving[m.ID]
	if !known {
		return
	}
	delete(s.leaving, m.ID)
	if m.Err != nil {
		s.join(ctx, left.record)
		s.readAgain(m.ID)
	} else {
		s.holders.drop(left.record)
		s.unpin(m.ID)
		s.publish(event.AccountLeft{Occurrence: s.occurrence(left.record)})
	}
	left.asker.Reply.Send(messages.Acknowledged{Err: m.Err})
	s.release(m.ID)
	s.serveParked(s.wallNow())
}

// readAgain has an account read of which it is not known what is stored: what
// failed may have been done all the same, and others may have changed it
// meanwhile.
func (s *supervisor) readAgain(id string) {
	s.store.Tell(&messages.ReadAccounts{Provider: s.provider.Name(), IDs: []string{id}, ReplyTo: s.self})
}

func (s *supervisor) commandAccount(m *messages.CommandAccount) {
	known := s.member(m.ID)
	if known == nil {
		m.Fail(unknownAccount(m.ID))
		return
	}
	if _, reset := m.Command.(*messages.ResetCooldown); reset {
		now := s.wallNow()
		s.endPause(now.Add(1), now)
	}
	known.Tell(m.Command)
}

func (s *supervisor) occurrence(r *account.Record) event.Occurrence {
	return event.Occurrence{Provider: s.provider.Name(), AccountID: r.ID, Label: r.DisplayLabel(), At: s.wallNow()}
}

func unknownAccount(id string) error {
	return &messages.RefusalError{Reason: messages.RefusedUnknown, AccountID: id, Detail: "the pool has no account of this id"}
}
