package supervisor

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// member is one account as the supervisor knows it.
type member struct {
	*runtime.Ref
	slot policy.Slot
	// claimed is set while this process claims it.
	claimed bool
	record  *account.Record
	// notBefore is when it may get the next request; zero for any time.
	notBefore policy.Instant
	// usedAt is when it was last picked.
	usedAt policy.Instant
	// jitter differs in each process, so that they probe the account at different
	// times.
	jitter float64
	// refreshFailed says why it cannot serve before notBefore.
	refreshFailed string
	// toldFault is the fault that was published while the account stays in the
	// pool.
	toldFault account.FaultKind
}

// member returns the account with that id; nil when it is not in the pool.
func (s *supervisor) member(id string) *member {
	slot, known := s.selection.Slot(id)
	if !known {
		return nil
	}
	return s.members[slot]
}

// is reports whether the account is of a kind; the empty kind matches any.
func (m *member) is(kind account.Kind) bool { return kind == "" || kind == m.record.Kind }

// grow allocates room for that many accounts at once, so that a large pool takes
// no more memory than it needs.
func (s *supervisor) grow(accounts int) {
	s.selection.Grow(accounts)
	s.members, s.order = slices.Grow(s.members, accounts), slices.Grow(s.order, accounts)
}

// join makes a stored account a member of the pool.
func (s *supervisor) join(record *account.Record) {
	m := &member{Ref: s.spawn(record), record: record, jitter: s.Jitter()}
	s.order = append(s.order, m)
	s.Resize(record.Kind, 1)
	s.holders.put(record)
	m.slot = s.put(m, s.Now())
	for int(m.slot) >= len(s.members) {
		s.members = append(s.members, nil)
	}
	s.members[m.slot] = m
}

// put gives selection the facts of a member.
func (s *supervisor) put(m *member, now time.Time) policy.Slot {
	facts := policy.FactsOf(m.record, *s.Tuning.Load())
	facts.CoolUntil = max(facts.CoolUntil, m.notBefore)
	if probe := policy.ProbeAt(m.record, m.jitter); probe != 0 {
		facts.ProbeAt = max(probe, m.notBefore)
	}
	facts.Claimed = s.settings.Claims && s.claims.theirs[m.record.ID]
	return s.selection.Put(facts, policy.At(now))
}

// accountChanged takes over the new state of an account.
func (s *supervisor) accountChanged(m *messages.AccountChanged) {
	known := s.member(m.ID)
	if known == nil {
		return
	}
	s.holders.move(known.record, m.Record)
	s.Resize(known.record.Kind, -1)
	s.Resize(m.Record.Kind, 1)
	now := s.Now()
	s.detectPause(known.record, m.Record, now)
	known.record, known.notBefore, known.refreshFailed = m.Record, policy.At(m.NotBefore), m.RefreshFailed
	s.outage = s.outage || m.RefreshFailed != ""
	if m.Record.Fault == nil {
		known.toldFault = ""
	}
	s.put(known, now)
	s.serveParked(now)
}

// readAgain reads an account from the store after a write failed: the write may
// have been made all the same, or others may have changed the account meanwhile.
func (s *supervisor) readAgain(id string) {
	s.Writer.Tell(&messages.ReadAccounts{Provider: s.Provider.Name(), IDs: []string{id}, ReplyTo: s.self})
}

func (s *supervisor) occurrence(r *account.Record) event.Occurrence {
	return event.Occurrence{Provider: s.Provider.Name(), AccountID: r.ID, Label: r.DisplayLabel(), At: s.Now()}
}
