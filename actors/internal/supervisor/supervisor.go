// Package supervisor is the actor that leads one pool. It decides which account
// serves a request, which login may be disabled and which asks wait, and it knows
// which accounts there are. It knows the state of the accounts only from their
// messages.
package supervisor

import (
	"maps"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// supervisor leads one pool. It holds the strategy.
type supervisor struct {
	*shared.Pool
	settings  messages.PoolSettings
	selection *policy.Pool
	self      *runtime.Ref
	// spawn starts the actor of an account.
	spawn        func(*account.Record) *runtime.Ref
	spawnAccount SpawnAccount

	// members are the accounts by their slot in selection; order has them as
	// they were added.
	members     []*member
	order       []*member
	quarantined []messages.Quarantined
	holders     holders
	active      string
	// pinnedTo is the account that serves all requests; empty for none.
	pinnedTo string
	// pinnedAt orders the pins: it grows with each one.
	pinnedAt   time.Time
	unpinLater runtime.Timer
	claims     claims
	// usedAt is when a request last asked for an account.
	usedAt time.Time
	// breaker is the provider's circuit breaker; pause is about limits that
	// accounts share.
	breaker policy.Breaker
	pause   pause
	decided decisionLog
	// outage is set from a failed refresh until an exchange works.
	outage bool

	// parked are asks that wait for an account, oldest first.
	parked   []parkedAsk
	wakeup   runtime.Timer
	wakeTime time.Time
	// saveTimer is set while changes of the pool's state wait to be saved.
	saveTimer runtime.Timer
	// clock is the last reading; the next comes with clockTimer.
	clock      clockReading
	clockTimer runtime.Timer
	// leaving are the accounts that are being deleted, by id.
	leaving map[string]removal
	// held are logins that wait, by the id of the account that they may belong
	// to, because that account is just being created or deleted.
	held map[string][]*messages.AddAccount
	// opened is answered once the accounts are loaded; early are the messages that
	// came before that.
	opened *messages.Reply[messages.Acknowledged]
	loaded bool
	early  []messages.ToSupervisor

	// drain is the latest drain; draining are its accounts that have not
	// answered yet.
	drain    *messages.DrainPool
	draining map[*messages.Drain]bool
}

// Messages of the supervisor to itself.
type (
	wokenUp struct{}
	saveDue struct{}
)

// Spawn starts the supervisor of a pool. It loads its accounts when it starts.
// After a restart it loads them again, and their earlier actors are stopped.
// opened is answered after the first load. account starts the actor of one
// account. settings must be valid for [policy.NewPool].
func Spawn(p *shared.Pool, settings messages.PoolSettings, account SpawnAccount, opened *messages.Reply[messages.Acknowledged]) *runtime.Ref {
	return p.Spawn(func(self *runtime.Ref) runtime.Behavior {
		p.Supervisor = self
		return newSupervisor(p, self, settings, account, opened)
	})
}

// SpawnAccount starts the actor of a stored account, below the supervisor's.
type SpawnAccount func(parent runtime.Context, record *account.Record) *runtime.Ref

func newSupervisor(p *shared.Pool, self *runtime.Ref, settings messages.PoolSettings, spawn SpawnAccount, opened *messages.Reply[messages.Acknowledged]) *supervisor {
	selection, err := policy.NewPool(settings.Selection)
	if err != nil {
		panic(err) // the caller has tried these settings
	}
	return &supervisor{
		Pool: p, settings: settings, selection: selection, self: self, spawnAccount: spawn, opened: opened,
		holders: newHolders(), leaving: map[string]removal{}, held: map[string][]*messages.AddAccount{},
	}
}

// Started implements [runtime.Behavior].
func (s *supervisor) Started(ctx runtime.Context) {
	s.spawn = func(r *account.Record) *runtime.Ref { return s.spawnAccount(ctx, r) }
	s.readClock()
	s.Writer.Tell(&messages.LoadPool{Provider: s.Provider.Name(), ReplyTo: s.self})
}

// Stopped implements [runtime.Behavior].
func (s *supervisor) Stopped() {
	for _, t := range []*runtime.Timer{&s.clockTimer, &s.wakeup, &s.claims.timer, &s.unpinLater} {
		t.Stop()
	}
	if s.saveTimer.Stop() {
		s.savePool()
	}
	if s.decided.timer.Stop() {
		s.saveDecisions()
	}
	s.failWaiting()
	for _, m := range s.order {
		m.Stop() // another incarnation starts actors of its own
	}
}

// failWaiting answers all who wait with an error.
func (s *supervisor) failWaiting() {
	err := messages.ErrRestarted
	if s.drain != nil {
		err = messages.ErrStopped
		s.drain.Reply.Send(messages.Acknowledged{})
	}
	s.failParked(err)
	for _, m := range s.early {
		if f, ok := m.(messages.Failer); ok {
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
}

// Receive implements [runtime.Behavior].
func (s *supervisor) Receive(message any) {
	switch m := message.(type) {
	case *messages.SelectAccount: // by far the most frequent
		s.whenLoaded(m)
	case messages.ToSupervisor:
		s.whenLoaded(m)
	case *wokenUp:
		s.serveParked(s.Now())
	case *decisionsDue:
		s.saveDecisions()
	case *saveDue:
		s.savePool()
	case *unpinDue:
		s.unpin(m.removed)
	case *clockDue:
		s.readClock()
	case *claimsDue:
		s.tellClaims(s.Now())
	}
}

// whenLoaded keeps messages back until the accounts are loaded.
func (s *supervisor) whenLoaded(message messages.ToSupervisor) {
	if loaded, ok := message.(*messages.PoolLoaded); ok {
		s.poolLoaded(loaded)
		return
	}
	if !s.loaded {
		s.early = append(s.early, message)
		return
	}
	s.handle(message)
}

func (s *supervisor) handle(message messages.ToSupervisor) {
	switch m := message.(type) {
	case *messages.SelectAccount:
		s.selectAccount(m)
	case *messages.AccountChanged:
		s.accountChanged(m)
	case *messages.LeaseReleased:
		now := s.Now()
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
		s.accountCreated(m)
	case *messages.RemoveAccount:
		s.removeAccount(m)
	case *messages.AccountRemoved:
		s.accountRemoved(m)
	case *messages.CommandAccount:
		s.commandAccount(m)
	case *messages.GetAccounts:
		m.Reply.Send(s.listed())
	case *messages.GetExpiring:
		m.ReplyTo.Tell(&messages.AccountsDue{Accounts: s.expiring(m.Before)})
	case *messages.GetStale:
		m.ReplyTo.Tell(&messages.AccountsDue{Accounts: s.staleAccounts(m)})
	case *messages.IdentityFound:
		s.identityFound(m)
	case *messages.DrainPool:
		s.drainPool(m)
	case *messages.AccountDrained:
		s.accountDrained(m.Drain)
	case *messages.DisableDecided:
		s.disableDecided(m)
	case *messages.AccountStored:
		s.accountStored(m)
	case *messages.AccountGone:
		s.accountGone(m)
	case *messages.QuarantineDiscarded:
		s.quarantineDiscarded(m)
	case *messages.AccountUnreadable:
		s.accountUnreadable(m)
	case *messages.ClaimsChanged:
		s.claimsChanged(m)
	case *messages.AccountsPresent:
		s.accountsPresent(m)
	case *messages.PoolStored:
		s.poolStored(m, s.Now())
	case *messages.PinPool:
		s.pin(m)
	case *messages.PinStored:
		s.pinStored(m)
	case *messages.Reconfigure:
		s.reconfigure(m)
	case *messages.GetDecisions:
		m.Reply.Send(messages.DecisionsListed{Decisions: s.decisions()})
	case *messages.OwnResource:
		s.rememberOwner(m)
	case *messages.PoolLoaded:
	}
}

// poolLoaded starts an actor for each stored account, and then handles the
// messages that were kept back.
func (s *supervisor) poolLoaded(m *messages.PoolLoaded) {
	if m.Err != nil {
		s.opened.Send(messages.Acknowledged{Err: m.Err})
		return
	}
	now := policy.At(s.Now())
	s.grow(len(m.Accounts))
	for i := range m.Accounts {
		s.join(&m.Accounts[i])
	}
	s.selection.SetActive(m.Active)
	s.active = m.Active
	s.selection.RestoreBindings(m.Bindings, now)
	s.selection.RestoreOwned(m.Owned, now)
	s.pinnedTo, s.pinnedAt = m.Pinned, m.PinnedAt
	s.quarantined = m.Quarantined
	for _, q := range m.Quarantined {
		s.publishQuarantined(q)
	}
	s.mergePause(policy.Evidence{Limits: m.Limits, Freed: m.Freed}, now.Time())
	s.loaded = true
	s.opened.Send(messages.Acknowledged{})
	for _, message := range s.early {
		s.handle(message)
	}
	s.early = nil
}

// listed are the accounts, and what they do not know of themselves.
func (s *supervisor) listed() messages.AccountsListed {
	return messages.AccountsListed{
		Accounts: s.recipients(), Claimed: maps.Clone(s.claims.theirs), Active: s.selection.Active(), Pinned: s.pinnedTo, Quarantined: s.quarantined,
	}
}

func (s *supervisor) recipients() []messages.Recipient {
	all := make([]messages.Recipient, len(s.order))
	for i, m := range s.order {
		all[i] = m.Ref
	}
	return all
}
