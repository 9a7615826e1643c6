package actors

import (
	"maps"
	"time"

	"github.com/asynkron/protoactor-go/actor"

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
	order       []*member
	quarantined []messages.Quarantined
	holders     holders
	active      string
	// pinnedTo is the account that serves all requests; empty for none.
	pinnedTo string
	// pinnedAt is when that was wished, and later for each pin.
	pinnedAt   time.Time
	unpinTimer *time.Timer
	claims     claims
	// usedAt is when an account was asked for last.
	usedAt time.Time
	// breaker is the provider's, pause that of the accounts.
	breaker policy.Breaker
	pause   pause
	decided decisionLog

	// parked are asks that wait for an account, oldest first.
	parked   []parkedAsk
	wakeup   *time.Timer
	wakeTime time.Time
	// saveTimer runs while the pool's state has changes to be saved.
	saveTimer *time.Timer
	// clock is the last reading; the next comes with clockTimer.
	clock      clockReading
	clockTimer *time.Timer
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

// newSupervisor returns a supervisor that loads its accounts when it starts,
// and again when it is restarted: its accounts then stop with it.
func newSupervisor(p *pool, c PoolConfig, opened *messages.Reply[messages.Acknowledged]) *supervisor {
	selection, err := policy.NewPool(c.Selection)
	if err != nil {
		panic(err) // OpenPool has tried it
	}
	return &supervisor{
		pool: p, config: c, selection: selection, self: p.supervisor, opened: opened,
		holders: newHolders(), leaving: map[string]removal{}, held: map[string][]*messages.AddAccount{},
	}
}

func (s *supervisor) started(actor.Context) {
	s.readClock()
	s.store.Tell(&messages.LoadPool{Provider: s.provider.Name(), ReplyTo: s.self})
}

func (s *supervisor) stopped() {
	s.clockTimer.Stop()
	if s.wakeup != nil {
		s.wakeup.Stop()
	}
	if s.claims.timer != nil {
		s.claims.timer.Stop()
	}
	if s.saveTimer != nil && s.saveTimer.Stop() {
		s.savePool()
	}
	if s.unpinTimer != nil {
		s.unpinTimer.Stop()
	}
	if s.decided.timer != nil && s.decided.timer.Stop() {
		s.saveDecisions()
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
		s.serveParked(s.wallNow())
	case *decisionsDue:
		s.saveDecisions()
	case *saveDue:
		s.savePool()
	case *unpinDue:
		s.unpin(m.removed)
	case *clockDue:
		s.readClock()
	case *claimsDue:
		s.tellClaims(s.wallNow())
	case *reconfigure:
		s.reconfigure(m)
	case *getDecisions:
		m.reply.Send(s.decisions())
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
		now := s.wallNow()
		s.selection.Release(m.ID, policy.At(now))
		s.serveParked(now)
	case *messages.ProviderAnswered:
		s.providerAnswered(m)
	case *messages.ExchangeWorked:
		s.retryRefreshes()
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
		m.Reply.Send(messages.AccountsListed{Accounts: s.recipients(), Claimed: maps.Clone(s.claims.theirs), Pinned: s.pinnedTo, Quarantined: s.quarantined})
	case *messages.GetExpiring:
		m.ReplyTo.Tell(&messages.AccountsExpiring{Accounts: s.expiring(m.Before)})
	case *messages.GetStale:
		m.ReplyTo.Tell(&messages.AccountsStale{Accounts: s.stale(m)})
	case *messages.IdentityLearnt:
		s.identityLearnt(m)
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
	case *messages.AccountUnreadable:
		s.accountUnreadable(m)
	case *messages.ClaimsChanged:
		s.claimsChanged(m)
	case *messages.AccountsPresent:
		s.accountsPresent(m)
	case *messages.PoolStored:
		s.poolStored(m, s.wallNow())
	case *messages.PinPool:
		s.pin(m)
	case *messages.PinStored:
		s.pinStored(m)
	case *messages.OwnResource:
		s.own(m)
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
	now := policy.At(s.wallNow())
	s.grow(len(m.Accounts))
	for i := range m.Accounts {
		s.join(ctx, &m.Accounts[i])
	}
	s.selection.SetActive(m.Active)
	s.active = m.Active
	s.selection.RestoreBindings(bindingsOf(m.Bindings), now)
	s.selection.RestoreOwned(bindingsOf(m.Owned), now)
	s.pinnedTo, s.pinnedAt = m.Pinned, m.PinnedAt
	s.quarantined = m.Quarantined
	for _, q := range m.Quarantined {
		s.tellQuarantined(q)
	}
	s.takePause(policy.Evidence{Limits: m.Limits, Freed: m.Freed}, now.Time())
	s.loaded = true
	s.opened.Send(messages.Acknowledged{})
	for _, message := range s.early {
		s.handle(ctx, message)
	}
	s.early = nil
}

// selectAccount forwards the ask to the account that serves it. The account's
// answer goes to the caller, not through here.
func (s *supervisor) selectAccount(m *messages.SelectAccount) {
	now := s.wallNow()
	s.usedAt = now
	if !now.Before(s.wakeTime) {
		s.serveParked(now) // whoever waits for what is free since is first
	}
	deadline := now.Add(s.config.MaxWait - m.Waited)
	m.Lease.Placement = messages.Placement{}
	if wait, parked := s.place(m, now, deadline); parked {
		s.park(parkedAsk{ask: m, since: now, deadline: deadline}, wait.until)
	}
}

// place gives m an account or a refusal. It returns parked when waiting makes
// sense, and what the ask waits for.
func (s *supervisor) place(m *messages.SelectAccount, now, deadline time.Time) (wait delay, parked bool) {
	if s.drain != nil {
		m.Fail(messages.ErrStopped)
		return delay{}, false
	}
	request, resource := s.pinned(m.Request, policy.At(now))
	m.Lease.Pin, m.Lease.PinnedBy, m.Lease.PinnedFor, m.Lease.Waited = request.Pin, request.PinnedBy, resource, m.Waited
	until, probing := s.shut(now)
	if s.count(m.Kind) == 0 {
		until = time.Time{} // the provider is not what is missing
	}
	if !until.IsZero() {
		var all bool
		if request.Exclude, all = s.spare(m); all {
			return s.holdBack(m, until, probing, now, deadline)
		}
	}
	request.WaitUntil = policy.At(earlier(deadline, m.Deadline))
	choice := s.selection.Select(request, policy.At(now))
	s.saveDecisionsSoon()
	s.debugDecision(choice)
	switch {
	case !choice.OK && !until.IsZero():
		return s.holdBack(m, until, probing, now, deadline)
	case !choice.OK:
		return s.refuse(m, choice, deadline)
	case until.IsZero():
		s.breaker.Begin(policy.At(now))
	}
	s.forward(m, choice, now)
	return delay{}, false
}

// forward has the picked account answer m.
func (s *supervisor) forward(m *messages.SelectAccount, choice policy.Choice, now time.Time) {
	m.Lease.Rebound, m.Lease.LeasedAt, m.Lease.Decision = choice.Rebound, now, choice.Seq
	m.Lease.Patient = m.Lease.PinnedBy != "" || m.Pin != "" && !m.Movable
	if m.Affinity != "" || s.selection.Active() != s.active {
		s.savePoolSoon()
	}
	picked := s.members[choice.Slot]
	s.tellDecision(m, choice, picked)
	s.claim(picked, now)
	picked.Tell(&m.Lease)
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
		s.saveTimer = time.AfterFunc(saveDelay, func() { s.self.Tell(&saveDue{}) })
	}
}

func (s *supervisor) savePool() {
	s.saveTimer = nil
	s.store.Tell(&messages.SavePool{
		Provider: s.provider.Name(), Active: s.active,
		Bindings: changedBindings(s.selection.TakeBindings()), Owned: changedBindings(s.selection.TakeOwned()),
	})
}

func changedBindings(changed []policy.Binding) map[string]messages.Binding {
	all := make(map[string]messages.Binding, len(changed))
	for _, b := range changed {
		all[b.Key] = messages.Binding{Account: b.Account, UsedAt: b.UsedAt.Time()}
	}
	return all
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
	now := s.wallNow()
	for _, m := range s.order {
		r := m.record
		if r.Eligible() && r.Kind == account.OAuth && r.Renewable() && r.Due(now, before.Sub(now)) {
			due = append(due, m.ref)
		}
	}
	return due
}
