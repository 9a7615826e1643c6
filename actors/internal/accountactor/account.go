// Package accountactor is the actor of one account. It holds the account's token,
// its limits and the count of its requests in flight. It answers the asks that
// the supervisor forwards to it, and runs one refresh at a time.
package accountactor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// lastUsedPrecision is how far the stored time of the last use may lag behind. A
// smaller lag changes no selection.
const lastUsedPrecision = 15 * time.Minute

// actor holds one account: its token, its limits, the count of its requests in
// flight. Every change is a function of the record. The actor applies it here at
// once, and the writer applies it to the stored record.
type actor struct {
	*shared.Pool
	self *runtime.Ref
	// record is the account as it is used now: the stored record with every
	// change in unsaved on top. It is replaced, never written to.
	record *account.Record
	// unsaved is nil while everything is durable.
	unsaved *unsaved

	// waiters are requests that need a fresh token; askers asked for a refresh.
	waiters []*messages.LeaseToken
	askers  []*messages.RefreshAccount
	refresh refreshState
	poll    *pollState

	inFlight int
	lastUsed policy.Instant
	// granted is when an exchange by this actor last returned a token.
	granted policy.Instant
	// drain is the latest drain asked for; answered is set once it was
	// answered. Nothing begins after the first drain.
	drain    *messages.Drain
	answered bool
	// loading is set after a restart until the stored record has arrived.
	loading bool
}

// Spawn starts the actor of a stored account. After a restart the actor reads its
// record from the store again.
func Spawn(n *runtime.Nursery, parent runtime.Context, p *shared.Pool, record *account.Record) *runtime.Ref {
	made := &spawned{pool: p, id: record.ID, record: record}
	return n.Spawn(parent, made.create)
}

// spawned holds what the actor of an account is made from.
type spawned struct {
	pool *shared.Pool
	id   string
	// record is nil after the first time.
	record *account.Record
}

func (s *spawned) create(self *runtime.Ref) runtime.Behavior {
	if s.record == nil {
		unread := &account.Record{ID: s.id, Provider: s.pool.Provider.Name()}
		return &actor{Pool: s.pool, self: self, record: unread, loading: true}
	}
	a := &actor{Pool: s.pool, self: self, record: s.record, lastUsed: policy.At(s.record.LastUsedAt)}
	s.record = nil
	return a
}

// Started implements [runtime.Behavior].
func (a *actor) Started(runtime.Context) {
	if a.loading {
		a.submit(func(*account.Record) {}, false, func(error) {})
	}
}

// Stopped ends all waiting. Either the engine is closing, after a drain, or the
// account has left the pool.
func (a *actor) Stopped() {
	err := messages.UnknownAccount(a.record.ID)
	if a.drain != nil {
		err = messages.ErrStopped
	}
	a.failWaiting(err)
	a.endPoll(err)
	a.cancelRefresh()
	a.refresh.hold.timer.Stop()
	a.giveUpSaves(err)
	if a.drain != nil && !a.answered {
		a.drain.ReplyTo.Tell(&messages.AccountDrained{Drain: a.drain})
	}
}

// Receive implements [runtime.Behavior].
func (a *actor) Receive(message any) {
	switch m := message.(type) {
	case messages.ToAccount:
		a.handle(m)
	case *exchangeFailed:
		a.exchangeFailed(m)
	case *lockSlow:
		a.lockSlow()
	case *holdEnded:
		a.resumeRefresh()
	case *originRead:
		a.originRead(m)
	case *pollAnswered:
		a.pollAnswered(m)
	case *retrySaves:
		a.retrySaves()
	case *figuresDue:
		a.storeFigures(false)
	}
	a.tellDrained()
}

func (a *actor) handle(message messages.ToAccount) {
	switch m := message.(type) {
	case *messages.LeaseToken:
		a.leaseToken(m)
	case *messages.ReportOutcome:
		a.reportOutcome(m)
	case *messages.ReleaseLease:
		a.release()
	case *messages.RefreshAccount:
		a.refreshAccount(m)
	case *messages.PollUsage:
		a.pollUsage(m)
	case *messages.TakeIdentity:
		a.takeIdentity(m)
	case *messages.ReplaceLogin:
		a.replaceLogin(m)
	case *messages.AdoptLogin:
		a.adoptLogin(m)
	case *messages.SetKey:
		a.setKey(m)
	case *messages.SetEnabled:
		a.setEnabled(m)
	case *messages.RenameAccount:
		a.change(func(r *account.Record) { r.Label = m.Label }, m.Reply)
	case *messages.ConfigureAccount:
		a.change(func(r *account.Record) { r.Configure(m.Change) }, m.Reply)
	case *messages.ResetCooldown:
		a.refresh.retryAt = 0
		now := a.Now()
		a.change(func(r *account.Record) { policy.Forget(r, now) }, m.Reply)
	case *messages.RetryRefresh:
		a.retryRefresh()
	case *messages.DisableAccount:
		a.apply(func(r *account.Record) { r.Disable(m.Generation) }, false, nil)
	case *messages.ClockSetBack:
		a.clockSetBack(m)
	case *messages.Drain:
		a.drain, a.answered = m, false
	case *messages.GetAccount:
		a.getAccount(m)
	case *messages.RefreshGranted:
		a.refreshGranted(m)
	case *messages.RefreshAdopted:
		a.refreshAdopted(m)
	case *messages.RefreshInterrupted:
		a.refreshInterrupted(m)
	case *messages.RefreshDenied:
		a.refreshFailed(m.Err)
	case *messages.RefreshCommitted:
		a.refreshCommitted(m)
	case *messages.AccountSaved:
		a.saved(m)
	case *messages.AccountStored:
		a.accountStored(m)
	}
}

// announce tells the supervisor what selection depends on.
func (a *actor) announce() {
	a.Supervisor.Tell(&messages.AccountChanged{
		ID: a.record.ID, Record: a.record, NotBefore: a.notBefore(), RefreshFailed: a.refresh.failure,
	})
}

func (a *actor) tellDrained() {
	if a.drain != nil && !a.answered && (a.inFlight == 0 || a.drain.Cut) && !a.refresh.running {
		a.answered = true
		a.drain.ReplyTo.Tell(&messages.AccountDrained{Drain: a.drain})
	}
}

func (a *actor) key() messages.Key {
	return messages.Key{Provider: a.record.Provider, ID: a.record.ID}
}

func (a *actor) getAccount(m *messages.GetAccount) {
	now, record := a.Now(), a.record.WithoutSecrets()
	record.Limits = policy.InEffect(record.Limits, *a.Tuning.Load())
	m.Reply.Send(messages.AccountStatus{
		Record: record, InFlight: a.inFlight, Unsaved: a.unsavedReason(),
		RefreshFailed: a.refresh.failure, RetryAt: a.refresh.retryAt.Time(),
		Expired: a.record.Expired(now), Ended: a.record.Ended(now), Renewable: a.record.Renewable(),
		LastUsedAt: a.lastUsed.Time(),
	})
}
