// Package writer is the actor that makes every write to a store. Accounts
// and supervisors send it what is to be stored, and it answers when that is
// durable. Each account, each pool and each file that only this process writes
// has a lane. A lane does one task after the other. A refresh uses its account's
// lane from the lock to the commit.
package writer

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

const (
	// saveDelay is the debounce of lazy saves.
	saveDelay = time.Second
	// maxWriters bounds how many accounts are written at once.
	maxWriters = 64
	// lockDeadline is how long a refresh, or a write of a pool, waits for a lock
	// that another process holds.
	lockDeadline = 30 * time.Second
)

// writer is the only writer to the store. Every write has a lane: each account
// has one, each pool has one, and so has each file that only this process writes.
// A lane does one task at a time, on a goroutine that the writer owns, in the
// order in which the messages came. Where possible, all that waits in a lane
// becomes one write. Lanes do not wait for each other, except for one of
// maxWriters places when that many accounts are written at once.
//
// The order of lanes and locks: first the turn in a lane, then one lock of the
// store, the account's or the pool's. Nobody waits for a second lock while
// holding one: a creation holds the pool's, and nobody else has that of an account
// which does not exist yet. Only a refresh holds a lock during a network call. That is the
// lock of its account, and only this account's lane waits for it.
type writer struct {
	system *runtime.System
	store  persistence.Store
	self   *runtime.Ref

	lanes map[messages.Key]*lane
	// ready are the lanes of accounts that write or read next; those in commits go
	// before them.
	ready   []*lane
	commits []*lane
	writers int
	// creating has a pool while an account is created in it, with the lanes that wait
	// to create another.
	creating map[string][]*lane
	pools    map[string]*poolLane
	files    map[processFile]*processLane
	flushes  []*messages.Flush
	// lost are the accounts whose last write failed, with an error that Close
	// has to return if the changes are never stored.
	lost map[messages.Key]error
	// delay is set while lazy saves are debounced.
	delay runtime.Timer
	// watched are the pools whose files are watched; notices are their noticed
	// changes.
	watched    map[string]bool
	notices    map[string]*notices
	noticeWait runtime.Timer
	// log is nil when the store keeps no decisions; warned is set after the
	// first of them that could not be written.
	log    persistence.DecisionLog
	warned bool
}

// saveDelayOver is a message of the writer to itself when saveDelay is over.
type saveDelayOver struct{}

// Started implements [runtime.Behavior].
func (p *writer) Started(runtime.Context) {}

// Stopped answers all who wait with an error, and releases the locks of refreshes
// that will not be committed.
func (p *writer) Stopped() {
	p.delay.Stop()
	p.noticeWait.Stop()
	for _, l := range p.lanes {
		l.fail(messages.ErrStopped)
		if l.lock != nil {
			p.release(l.lock)
		}
	}
	for _, l := range p.pools {
		l.fail(messages.ErrStopped)
	}
	for _, f := range p.flushes {
		f.Fail(messages.ErrStopped)
	}
}

// Receive implements [runtime.Behavior].
func (p *writer) Receive(message any) {
	switch m := message.(type) {
	case messages.ToWriter:
		p.command(m)
	case *saveDelayOver:
		p.flush()
	case *written:
		p.written(m)
	case *noticed:
		p.noticed(m)
	case *noticesDue:
		p.readNoticed()
	case *poolWritten:
		p.poolWritten(m)
	case *fileWritten:
		p.fileWritten(m)
	case *lockTaken:
		p.lockTaken(m)
		p.next()
	}
}

func (p *writer) command(message messages.ToWriter) {
	switch m := message.(type) {
	case *messages.LoadPool:
		p.loadPool(m)
	case *messages.ClaimAccounts:
		p.claim(m)
	case *messages.ReadAccounts:
		for _, id := range m.IDs {
			p.read(messages.Key{Provider: m.Provider, ID: id}, m.ReplyTo)
		}
	case *messages.CreateAccount:
		p.change(messages.Key{Provider: m.Record.Provider, ID: m.Record.ID}, &creation{CreateAccount: m})
	case *messages.DiscardQuarantined:
		p.change(m.Key, &discarding{m})
	case *messages.DeleteAccount:
		p.change(m.Key, &deletion{m})
	case *messages.SaveAccount:
		p.save(m)
	case *messages.SavePool:
		p.savePool(m)
	case *messages.SaveDecisions:
		p.saveDecisions(m)
	case *messages.ReadDecisions:
		p.readDecisions(m)
	case *messages.StorePin:
		p.storePin(m)
	case *messages.MarkImported:
		p.markImported(m)
	case *messages.DisableUnlessLast:
		p.change(m.Key, &disabling{asked: m, writer: p})
	case *messages.ClaimAlert:
		p.claimAlert(m)
	case *messages.BeginRefresh:
		p.begin(m)
	case *messages.CommitRefresh:
		p.commit(m)
	case *messages.AbortRefresh:
		p.abort(m)
	case *messages.CancelRefresh:
		p.cancelRefresh(p.lane(m.Key))
	case *messages.Flush:
		p.flushes = append(p.flushes, m)
		p.flush()
	}
}

// load reads a pool. It runs on a goroutine of its own.
func (p *writer) load(provider string) *messages.PoolLoaded {
	found, err := p.store.Load(p.system.Running, provider)
	loaded := &messages.PoolLoaded{
		Accounts: found.Accounts, Active: found.Pool.Active, Err: err, Limits: found.Pool.Limits, Freed: found.Pool.Freed,
		Bindings: bindingsFrom(found.Pool.Bindings), Owned: bindingsFrom(found.Pool.Owned), Pinned: found.Pool.Pinned, PinnedAt: found.Pool.PinnedAt,
	}
	for _, q := range found.Quarantined {
		loaded.Quarantined = append(loaded.Quarantined, quarantinedFrom(q))
	}
	return loaded
}

// lane returns the account's lane, and makes one if there is none.
func (p *writer) lane(key messages.Key) *lane {
	l := p.lanes[key]
	if l == nil {
		l = &lane{key: key}
		p.lanes[key] = l
	}
	return l
}

// save queues a change that merges with the one before it.
func (p *writer) save(m *messages.SaveAccount) {
	l := p.lane(m.Key)
	l.save(m)
	if !m.Lazy || len(p.flushes) > 0 {
		l.urgent = true
	}
	if !l.urgent {
		p.writeSoon()
		return
	}
	p.advance(l)
}

// change queues a change that is not lazy.
func (p *writer) change(key messages.Key, c change) {
	l := p.lane(key)
	l.waiting, l.urgent = append(l.waiting, c), true
	p.advance(l)
}

// writeSoon starts the debounce of lazy saves.
func (p *writer) writeSoon() {
	if !p.delay.IsSet() {
		p.delay.Set(p.self, saveDelay, &saveDelayOver{})
	}
}

// flush ends the debounce of lazy saves.
func (p *writer) flush() {
	for _, l := range p.lanes {
		l.urgent = len(l.waiting) > 0
		p.advance(l)
	}
	p.next()
}

// commit writes the result of a refresh next. Until it is stored, a crash loses the
// login, while all else that waits can be told again or is only a figure.
func (p *writer) commit(m *messages.CommitRefresh) {
	l := p.lane(m.Key)
	if l.queued {
		p.ready = slices.DeleteFunc(p.ready, func(other *lane) bool { return other == l })
		l.queued = false
	}
	l.commit = m
	p.advance(l)
}

// advance starts the next task of l. The order matters: writes use the lock that
// is held, and it is released only when none of them is under way.
func (p *writer) advance(l *lane) {
	switch {
	case l.busy, l.queued:
	case l.wantsWrite():
		p.queue(l)
	case l.ended:
		p.unlock(l)
	case l.begin != nil && l.lock == nil:
		p.takeLock(l)
	case l.reader != nil:
		p.queue(l)
	case l.empty():
		delete(p.lanes, l.key)
	}
}
