package actors

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/google/uuid"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// supervisor is the head of one pool. It holds the strategy and decides
// which account serves, which may be disabled, and who has to wait.
type supervisor struct {
	*pool
	config    PoolConfig
	selection *policy.Pool
	self      *ref

	// members are the accounts by their slot in selection, order by the time
	// they were added.
	members     []*member
	byID        map[string]*member
	order       []*member
	quarantined []messages.Quarantined
	holders     holders
	active      string
	claims      claims

	// parked are asks that wait for an account, oldest first.
	parked   []parkedAsk
	wakeup   *time.Timer
	wakeTime time.Time
	// saveTimer runs while the pool's state has changes to be saved.
	saveTimer *time.Timer
	// leaving are accounts that are being deleted, by their ids.
	leaving map[string]removal
	// held are logins that may be those of an account which is just being
	// created or deleted, by its id.
	held map[string][]*messages.AddAccount
	// opened is answered once the accounts are loaded; early are the messages
	// that came before.
	opened *messages.Reply[messages.Acknowledged]
	loaded bool
	early  []messages.ToSupervisor

	// drain is the latest, draining what its accounts have not answered yet.
	drain    *messages.DrainPool
	draining map[*messages.Drain]bool
}

// What a supervisor tells itself.
type (
	wokenUp struct{}
	saveDue struct{}
)

// member is one account as the supervisor knows it.
type member struct {
	*ref
	slot      policy.Slot
	record    *account.Record
	notBefore time.Time
	// usedAt is when it was last picked; claimed is set while others are told.
	usedAt  policy.Instant
	claimed bool
	// refreshFailed says why the account has to wait until notBefore.
	refreshFailed string
}

// removal is an account on its way out of the store, and who waits for that.
type removal struct {
	record *account.Record
	asker  *messages.RemoveAccount
}

// newSupervisor returns a supervisor that loads its accounts when it starts,
// and again when it is restarted: its accounts then stop with it.
func newSupervisor(p *pool, c PoolConfig, opened *messages.Reply[messages.Acknowledged]) *supervisor {
	selection, err := policy.NewPool(c.Selection)
	if err != nil {
		panic(err) // OpenPool has tried it
	}
	return &supervisor{
		pool: p, config: c, selection: selection, self: p.supervisor, opened: opened,
		byID: map[string]*member{}, holders: newHolders(), leaving: map[string]removal{}, held: map[string][]*messages.AddAccount{},
	}
}

func (s *supervisor) started(actor.Context) {
	s.store.Tell(&messages.LoadPool{Provider: s.provider.Name(), ReplyTo: s.self})
}

func (s *supervisor) stopped() {
	if s.wakeup != nil {
		s.wakeup.Stop()
	}
	if s.claims.timer != nil {
		s.claims.timer.Stop()
	}
	if s.saveTimer != nil && s.saveTimer.Stop() {
		s.savePool()
	}
	err := messages.ErrRestarted
	if s.drain != nil {
		err = messages.ErrStopped
		s.drain.Reply.Send(messages.Acknowledged{})
	}
	s.failParked(err)
	for _, m := range s.early {
		if f, ok := m.(failer); ok {
			f.Fail(err)
		}
	}
	for _, left := range s.leaving {
		left.asker.Fail(err)
	}
	for _, held := range s.held {
		for _, m := range held {
			m.Fail(err)
		}
	}
	for _, m := range s.order {
		m.stop() // another incarnation starts actors of its own
	}
}

func (s *supervisor) receive(ctx actor.Context, message any) {
	switch m := message.(type) {
	case *messages.SelectAccount: // by far the most frequent
		s.whenLoaded(ctx, m)
	case messages.ToSupervisor:
		s.whenLoaded(ctx, m)
	case *wokenUp:
		s.wakeup = nil
		s.serveParked(wallNow())
	case *saveDue:
		s.savePool()
	case *claimsDue:
		s.tellClaims(wallNow())
	}
}

// whenLoaded keeps messages back until the accounts are known.
func (s *supervisor) whenLoaded(ctx actor.Context, message messages.ToSupervisor) {
	if loaded, ok := message.(*messages.PoolLoaded); ok {
		s.poolLoaded(ctx, loaded)
		return
	}
	if !s.loaded {
		s.early = append(s.early, message)
		return
	}
	s.handle(ctx, message)
}

func (s *supervisor) handle(ctx actor.Context, message messages.ToSupervisor) {
	switch m := message.(type) {
	case *messages.SelectAccount:
		s.selectAccount(m)
	case *messages.AccountChanged:
		s.accountChanged(m)
	case *messages.LeaseReleased:
		now := wallNow()
		s.selection.Release(m.ID, policy.At(now))
		s.serveParked(now)
	case *messages.LoginFailed:
		s.loginFailed(m)
	case *messages.AddAccount:
		s.addAccount(m)
	case *messages.AccountCreated:
		s.accountCreated(ctx, m)
	case *messages.RemoveAccount:
		s.removeAccount(m)
	case *messages.AccountRemoved:
		s.accountRemoved(ctx, m)
	case *messages.CommandAccount:
		s.commandAccount(m)
	case *messages.GetAccounts:
		m.Reply.Send(messages.AccountsListed{Accounts: s.recipients(), Quarantined: s.quarantined})
	case *messages.GetExpiring:
		m.ReplyTo.Tell(&messages.AccountsExpiring{Accounts: s.expiring(m.Before)})
	case *messages.DrainPool:
		s.drainPool(m)
	case *messages.AccountDrained:
		s.accountDrained(m.Drain)
	case *messages.BreakerDecided:
		s.breakerDecided(m)
	case *messages.AccountStored:
		s.accountStored(ctx, m)
	case *messages.AccountGone:
		s.accountGone(m)
	case *messages.ClaimsChanged:
		s.claimsChanged(m)
	case *messages.AccountsPresent:
		s.accountsPresent(m)
	case *messages.PoolLoaded:
	}
}

// poolLoaded starts an actor for each stored account and catches up with what
// was asked meanwhile.
func (s *supervisor) poolLoaded(ctx actor.Context, m *messages.PoolLoaded) {
	if m.Err != nil {
		s.opened.Send(messages.Acknowledged{Err: m.Err})
		return
	}
	now := policy.At(wallNow())
	for i := range m.Accounts {
		s.join(ctx, &m.Accounts[i])
	}
	s.selection.SetActive(m.Active)
	s.active = m.Active
	s.selection.RestoreBindings(bindingsOf(m.Bindings), now)
	s.quarantined = m.Quarantined
	s.tellQuarantined()
	s.loaded = true
	s.opened.Send(messages.Acknowledged{})
	for _, message := range s.early {
		s.handle(ctx, message)
	}
	s.early = nil
}

// join makes a stored account a member of the pool.
func (s *supervisor) join(ctx actor.Context, record *account.Record) {
	m := &member{ref: s.spawnAccount(ctx, record), record: record}
	s.byID[record.ID] = m
	s.order = append(s.order, m)
	s.size.Store(int64(len(s.order)))
	s.holders.put(record)
	m.slot = s.put(m, wallNow())
	for int(m.slot) >= len(s.members) {
		s.members = append(s.members, nil)
	}
	s.members[m.slot] = m
}

// put tells selection what is known of a member.
func (s *supervisor) put(m *member, now time.Time) policy.Slot {
	facts := policy.FactsOf(m.record)
	facts.CoolUntil = max(facts.CoolUntil, policy.At(m.notBefore))
	facts.Claimed = s.claims.theirs[m.record.ID]
	return s.selection.Put(facts, policy.At(now))
}

// selectAccount forwards the ask to the account that serves it. The account's
// answer goes to the caller, not through here.
func (s *supervisor) selectAccount(m *messages.SelectAccount) {
	now := wallNow()
	deadline := now.Add(s.config.MaxWait - m.Waited)
	if retryAt, parked := s.place(m, now, deadline); parked {
		s.park(parkedAsk{ask: m, since: now, deadline: deadline}, retryAt)
	}
}

// place gives m an account or a refusal. It returns parked when waiting makes
// sense, and when to try again.
func (s *supervisor) place(m *messages.SelectAccount, now, deadline time.Time) (retryAt time.Time, parked bool) {
	if s.drain != nil {
		m.Fail(messages.ErrStopped)
		return time.Time{}, false
	}
	choice := s.selection.Select(policy.Request{
		Affinity: m.Affinity, Model: m.Model, Pin: m.Pin, Exclude: m.Exclude,
	}, policy.At(now))
	if !choice.OK {
		return s.refuse(m, choice, deadline)
	}
	m.Lease.Rebound, m.Lease.LeasedAt = choice.Rebound, now
	if m.Affinity != "" || s.selection.Active() != s.active {
		s.savePoolSoon()
	}
	picked := s.members[choice.Slot]
	s.claim(picked, now)
	picked.Tell(&m.Lease)
	return time.Time{}, false
}

// accountChanged takes over what an account has learnt.
func (s *supervisor) accountChanged(m *messages.AccountChanged) {
	known := s.byID[m.ID]
	if known == nil {
		return
	}
	s.holders.move(known.record, m.Record)
	known.record, known.notBefore, known.refreshFailed = m.Record, m.NotBefore, m.RefreshFailed
	now := wallNow()
	s.put(known, now)
	s.serveParked(now)
}

// loginFailed is the breaker: an account is disabled only while another one
// stays usable. The last one is kept, with its fault on record.
func (s *supervisor) loginFailed(m *messages.LoginFailed) {
	failed := s.byID[m.ID]
	if failed == nil {
		return
	}
	s.store.Tell(&messages.DisableUnlessLast{
		Key: messages.Key{Provider: s.provider.Name(), ID: m.ID}, Generation: m.Generation, Fault: m.Fault,
		Others: s.usableBesides(m.ID), ReplyTo: s.self,
	})
}

// witnesses is how many usable accounts the breaker looks for at most: one is
// enough, unless another process has disabled it just now.
const witnesses = 8

// usableBesides returns some of the accounts that can serve in place of id.
func (s *supervisor) usableBesides(id string) []string {
	now := policy.At(wallNow())
	var others []string
	for _, m := range s.order {
		if other := m.record.ID; other != id && s.selection.Usable(other, "", now) {
			others = append(others, other)
		}
		if len(others) == witnesses {
			break
		}
	}
	return others
}

func (s *supervisor) breakerDecided(m *messages.BreakerDecided) {
	failed := s.byID[m.Asked.Key.ID]
	if failed == nil {
		return
	}
	if m.Disabled {
		failed.Tell(&messages.DisableAccount{Generation: m.Asked.Generation, Fault: m.Asked.Fault})
	}
	s.publish(messages.LoginRejected{Occurrence: s.occurrence(failed.record), Reason: m.Asked.Fault.Reason, Disabled: m.Disabled})
}

// addAccount stores a new account, or gives a known one the new login.
func (s *supervisor) addAccount(m *messages.AddAccount) {
	for _, id := range []string{s.holders.ofIdentity(&m.Record), s.holders.ofTokens(&m.Record)} {
		if id != "" && s.byID[id] == nil {
			s.held[id] = append(s.held[id], m)
			return
		}
	}
	if known := s.byID[s.holders.ofIdentity(&m.Record)]; known != nil && known.record.Identity() == m.Record.Identity() {
		known.Tell(&messages.ReplaceLogin{Record: m.Record, Reply: m.Reply})
		return
	}
	if id := s.holders.ofTokens(&m.Record); id != "" && s.byID[id].record.SharesToken(&m.Record) {
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
	record.ID, record.Provider, record.AddedAt = id.String(), s.provider.Name(), wallNow()
	s.holders.put(&record)
	s.store.Tell(&messages.CreateAccount{Record: record, ReplyTo: s.self, Asker: m.Reply})
}

func (s *supervisor) accountCreated(ctx actor.Context, m *messages.AccountCreated) {
	record := m.Create.Record
	switch {
	case m.Err != nil:
		s.holders.drop(&record)
	case s.byID[record.ID] == nil: // else a restart has found it in the store
		s.join(ctx, &record)
		s.publish(messages.AccountJoined{Occurrence: s.occurrence(&record)})
	}
	m.Answer()
	s.release(record.ID)
	s.serveParked(wallNow())
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
	if known := s.byID[m.Record.ID]; known != nil {
		known.Tell(m)
		return
	}
	_, leaving := s.leaving[m.Record.ID]
	if leaving || s.holders.ofIdentity(&m.Record) == m.Record.ID || s.holders.ofTokens(&m.Record) == m.Record.ID {
		return // being removed, or created, by this process
	}
	s.join(ctx, &m.Record)
	s.publish(messages.AccountJoined{Occurrence: s.occurrence(&m.Record)})
	s.serveParked(wallNow())
}

// accountGone ends the membership of an account that another process removed.
func (s *supervisor) accountGone(m *messages.AccountGone) {
	known := s.byID[m.ID]
	if known == nil {
		return
	}
	s.leave(known)
	s.holders.drop(known.record)
	s.publish(messages.AccountLeft{Occurrence: s.occurrence(known.record)})
	s.release(m.ID)
}

// accountsPresent has those looked at that are here and not stored, or stored
// and not here.
func (s *supervisor) accountsPresent(m *messages.AccountsPresent) {
	stored := make(map[string]bool, len(m.IDs))
	var differ []string
	for _, id := range m.IDs {
		stored[id] = true
		if s.byID[id] == nil {
			differ = append(differ, id)
		}
	}
	for id := range s.byID {
		if !stored[id] {
			differ = append(differ, id)
		}
	}
	s.store.Tell(&messages.ReadAccounts{Provider: s.provider.Name(), IDs: differ, ReplyTo: s.self})
}

// removeAccount takes an account out of selection, and then out of the store.
func (s *supervisor) removeAccount(m *messages.RemoveAccount) {
	known := s.byID[m.ID]
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
	s.selection.Remove(id, policy.At(wallNow()))
	s.savePoolSoon()
	delete(s.byID, id)
	s.members[m.slot] = nil
	for i, o := range s.order {
		if o == m {
			s.order = append(s.order[:i:i], s.order[i+1:]...)
			break
		}
	}
	s.size.Store(int64(len(s.order)))
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
	} else {
		s.holders.drop(left.record)
		s.publish(messages.AccountLeft{Occurrence: s.occurrence(left.record)})
	}
	left.asker.Reply.Send(messages.Acknowledged{Err: m.Err})
	s.release(m.ID)
	s.serveParked(wallNow())
}

func (s *supervisor) commandAccount(m *messages.CommandAccount) {
	known := s.byID[m.ID]
	if known == nil {
		m.Fail(unknownAccount(m.ID))
		return
	}
	known.Tell(m.Command)
}

// drainPool lets nothing new begin.
func (s *supervisor) drainPool(m *messages.DrainPool) {
	if s.drain != nil {
		s.drain.Fail(messages.ErrStopped)
	}
	s.drain, s.draining = m, make(map[*messages.Drain]bool, len(s.order))
	s.failParked(messages.ErrStopped)
	for _, a := range s.order {
		drain := &messages.Drain{Cut: m.Cut, ReplyTo: s.self}
		s.draining[drain] = true
		a.Tell(drain)
	}
	s.accountDrained(nil)
}

// accountDrained waits for the last. An answer to an earlier drain means
// nothing.
func (s *supervisor) accountDrained(drained *messages.Drain) {
	delete(s.draining, drained)
	if s.drain != nil && len(s.draining) == 0 {
		s.drain.Reply.Send(messages.Acknowledged{})
	}
}

// savePoolSoon has the active account and the conversations' bindings saved,
// once for all that changes within a second.
func (s *supervisor) savePoolSoon() {
	s.active = s.selection.Active()
	if s.saveTimer == nil {
		s.saveTimer = time.AfterFunc(company, func() { s.self.Tell(&saveDue{}) })
	}
}

func (s *supervisor) savePool() {
	s.saveTimer = nil
	changed := s.selection.TakeBindings()
	save := &messages.SavePool{
		Provider: s.provider.Name(), Active: s.active, Bindings: make(map[string]messages.Binding, len(changed)),
	}
	for _, b := range changed {
		save.Bindings[b.Key] = messages.Binding{Account: b.Account, UsedAt: b.UsedAt.Time()}
	}
	s.store.Tell(save)
}

func bindingsOf(saved map[string]messages.Binding) []policy.Binding {
	bindings := make([]policy.Binding, 0, len(saved))
	for key, b := range saved {
		bindings = append(bindings, policy.Binding{Key: key, Account: b.Account, UsedAt: policy.At(b.UsedAt)})
	}
	return bindings
}

func (s *supervisor) recipients() []messages.Recipient {
	all := make([]messages.Recipient, len(s.order))
	for i, m := range s.order {
		all[i] = m.ref
	}
	return all
}

// expiring returns the accounts whose tokens end before a moment and can be
// refreshed.
func (s *supervisor) expiring(before time.Time) []messages.Recipient {
	var due []messages.Recipient
	for _, m := range s.order {
		r := m.record
		if r.Eligible() && r.Lineage != account.Linked && !r.Credentials.RefreshToken.IsZero() && r.Expired(before) {
			due = append(due, m.ref)
		}
	}
	return due
}

func (s *supervisor) tellQuarantined() {
	for _, q := range s.quarantined {
		if q.Reason == "" {
			continue // set aside by an earlier run, which told of it
		}
		s.publish(messages.AccountQuarantined{
			Occurrence: messages.Occurrence{Provider: s.provider.Name(), AccountID: q.ID, At: wallNow()},
			Path:       q.Path, Reason: q.Reason,
		})
	}
}

func (s *supervisor) occurrence(r *account.Record) messages.Occurrence {
	return messages.Occurrence{Provider: s.provider.Name(), AccountID: r.ID, Label: r.DisplayLabel(), At: wallNow()}
}

func unknownAccount(id string) error {
	return &messages.RefusalError{Reason: messages.RefusedUnknown, AccountID: id, Detail: "the pool has no account of this id"}
}
