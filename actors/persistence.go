package actors

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
)

const (
	// company is how long a lazy save waits for others.
	company = time.Second
	// maxWriters bounds the writes under way at once.
	maxWriters = 64
	// lockDeadline is how long a refresh waits for another process' lock.
	lockDeadline = 30 * time.Second
)

// persister is the only writer to the store. Saves of one account that wait
// for each other become one write; different accounts are written in parallel.
// The writing itself happens on goroutines that it owns.
type persister struct {
	system *System
	store  persistence.Store
	self   *ref

	lanes map[messages.Key]*lane
	// ready are the lanes whose turn to write is next.
	ready   []*lane
	writers int
	// pools are changes of whole pools that wait for company.
	pools   map[string]*messages.SavePool
	flushes []*messages.Flush
	// lost are the accounts whose last write failed with changes that are
	// worth an error when they are never stored.
	lost  map[messages.Key]error
	timer *time.Timer
	// watched are the pools whose files are watched, notices what that showed.
	watched     map[string]bool
	notices     map[string]*notices
	noticeTimer *time.Timer
	// log is nil when the store keeps no decisions; warned is set once one
	// could not be written.
	log       persistence.DecisionLog
	decisions map[string]*decisionWrites
	warned    bool
}

// What a persister tells itself.
type (
	companyWaited struct{}
	poolWritten   struct{}
	deleted       struct{ key messages.Key }
)

// SpawnPersistence starts the only writer to store.
func (s *System) SpawnPersistence(store persistence.Store) *Persistence {
	log, _ := store.(persistence.DecisionLog)
	return &Persistence{log: log, ref: s.spawn(func(self *ref) behavior {
		return &persister{
			system: s, store: store, self: self,
			lanes: map[messages.Key]*lane{}, watched: map[string]bool{}, notices: map[string]*notices{},
			pools: map[string]*messages.SavePool{},
			lost:  map[messages.Key]error{},
			log:   log, decisions: map[string]*decisionWrites{},
		}
	})}
}

// Persistence is the address of the persistence actor.
type Persistence struct {
	*ref
	// log is nil when the store keeps no decisions.
	log persistence.DecisionLog
}

// Close writes what waits, and stops the actor. What is not written when ctx
// ends is lost. The error is ctx's, or says what could not be stored.
func (p *Persistence) Close(ctx context.Context) error {
	flush := &messages.Flush{Reply: messages.NewReply[messages.Acknowledged]()}
	done, err := ask(ctx, p.ref, flush, flush.Reply)
	p.stop()
	<-p.done()
	return errors.Join(err, done.Err)
}

func (p *persister) started(actor.Context) {}

// stopped fails whoever waits, and gives back the locks of refreshes that
// will not be committed.
func (p *persister) stopped() {
	if p.timer != nil {
		p.timer.Stop()
	}
	if p.noticeTimer != nil {
		p.noticeTimer.Stop()
	}
	for _, l := range p.lanes {
		l.fail(messages.ErrStopped)
		if l.lock != nil {
			p.release(l.lock)
		}
	}
	for _, f := range p.flushes {
		f.Fail(messages.ErrStopped)
	}
}

func (p *persister) receive(_ actor.Context, message any) {
	switch m := message.(type) {
	case messages.ToPersistence:
		p.command(m)
	case *companyWaited:
		p.timer = nil
		p.hurry()
	case *written:
		p.written(m)
	case *noticed:
		p.noticed(m)
	case *noticesDue:
		p.lookAtNotices()
	case *saveDecisions:
		p.saveDecisions(m)
	case *decisionsSaved:
		p.decisionsSaved(m)
	case *readDecisions:
		p.readDecisions(m)
	case *poolWritten:
		p.writers--
		p.next()
	case *deleted:
		delete(p.lost, m.key)
		if l := p.lanes[m.key]; l != nil {
			l.deleted = true
		}
	case *lockTaken:
		p.lockTaken(m)
		p.next()
	}
}

func (p *persister) command(message messages.ToPersistence) {
	switch m := message.(type) {
	case *messages.LoadPool:
		p.loadPool(m)
	case *messages.ClaimAccounts:
		p.system.task(func() { p.claim(m) })
	case *messages.ReadAccounts:
		for _, id := range m.IDs {
			p.look(messages.Key{Provider: m.Provider, ID: id}, m.ReplyTo)
		}
	case *messages.CreateAccount:
		p.system.task(func() {
			m.ReplyTo.Tell(&messages.AccountCreated{Create: m, Err: p.store.Create(context.Background(), m.Record)})
		})
	case *messages.DeleteAccount:
		p.delete(m)
	case *messages.SaveAccount:
		p.save(m)
	case *messages.SavePool:
		p.savePool(m)
	case *messages.StorePin:
		p.storePin(m)
	case *messages.MarkImported:
		p.system.task(func() { m.Reply.Send(p.markImported(m)) })
	case *messages.DisableUnlessLast:
		p.system.task(func() {
			m.ReplyTo.Tell(&messages.BreakerDecided{Asked: m, Disabled: p.disableUnlessLast(m)})
		})
	case *messages.ClaimAlert:
		p.system.task(func() { p.claimAlert(m) })
	case *messages.BeginRefresh:
		p.begin(m)
	case *messages.CommitRefresh:
		l := p.lane(m.Key)
		l.commit = m
		p.advance(l)
	case *messages.AbortRefresh:
		p.abort(m)
	case *messages.CancelRefresh:
		p.cancelRefresh(p.lane(m.Key))
	case *messages.Flush:
		p.flushes = append(p.flushes, m)
		p.hurry()
	}
}

// load reads a pool; on a goroutine of its own.
func (p *persister) load(provider string) *messages.PoolLoaded {
	found, err := p.store.Load(p.system.running, provider)
	loaded := &messages.PoolLoaded{
		Accounts: found.Accounts, Active: found.Pool.Active, Err: err, Limits: found.Pool.Limits, Freed: found.Pool.Freed,
		Bindings: bindingsFrom(found.Pool.Bindings), Owned: bindingsFrom(found.Pool.Owned), Pinned: found.Pool.Pinned, PinnedAt: found.Pool.PinnedAt,
	}
	for _, q := range found.Quarantined {
		loaded.Quarantined = append(loaded.Quarantined, quarantinedFrom(q))
	}
	return loaded
}

func (p *persister) delete(m *messages.DeleteAccount) {
	p.system.task(func() {
		err := p.store.Remove(context.Background(), persistence.Key(m.Key))
		if err == nil {
			p.self.Tell(&deleted{m.Key})
		}
		m.ReplyTo.Tell(&messages.AccountRemoved{ID: m.Key.ID, Err: err})
	})
}

// lane returns the account's lane, new when it has none.
func (p *persister) lane(key messages.Key) *lane {
	l := p.lanes[key]
	if l == nil {
		l = &lane{key: key}
		p.lanes[key] = l
	}
	return l
}

// save queues a change behind the others of its account.
func (p *persister) save(m *messages.SaveAccount) {
	l := p.lane(m.Key)
	l.saves = append(l.saves, m)
	if !m.Lazy || len(p.flushes) > 0 {
		l.urgent = true
	}
	if !l.urgent {
		p.awaitCompany()
		return
	}
	p.advance(l)
}

// awaitCompany sees to it that lazy saves wait no longer than they may.
func (p *persister) awaitCompany() {
	if p.timer == nil {
		p.timer = time.AfterFunc(company, func() { p.self.Tell(&companyWaited{}) })
	}
}

// hurry ends the wait for company.
func (p *persister) hurry() {
	for provider, change := range p.pools {
		delete(p.pools, provider)
		p.writers++
		p.system.task(func() { p.writePool(change) })
	}
	for _, l := range p.lanes {
		l.urgent = len(l.saves) > 0
		p.advance(l)
	}
	p.next()
}

// advance starts what l can do next. The order matters: a lock that is held
// serves the writes, and is given back only when none of them is under way.
func (p *persister) advance(l *lane) {
	switch {
	case l.busy, l.queued:
	case l.wantsWrite():
		p.queue(l)
	case l.ended:
		p.unlock(l)
	case l.begin != nil && l.lock == nil:
		p.takeLock(l)
	case l.look != nil:
		p.queue(l)
	case l.empty():
		delete(p.lanes, l.key)
	}
}

// queue lets l wait for its turn to write or to look.
func (p *persister) queue(l *lane) {
	l.queued = true
	p.ready = append(p.ready, l)
	p.next()
}

// next starts as many writes as may run, and answers the flushes when there
// is nothing left to write.
func (p *persister) next() {
	for len(p.ready) > 0 && p.writers < maxWriters {
		w := p.ready[0].take()
		p.ready = p.ready[1:]
		p.writers++
		p.system.task(func() {
			w.run(p.store)
			p.self.Tell(w)
		})
	}
	if len(p.flushes) == 0 || p.writing() {
		return
	}
	for _, f := range p.flushes {
		f.Reply.Send(messages.Acknowledged{Err: p.lostError()})
	}
	p.flushes = nil
}

// lostError says what is not stored; nil when everything is.
func (p *persister) lostError() error {
	for _, err := range p.lost {
		return fmt.Errorf("the latest changes of %d accounts could not be stored, of one because of this: %w", len(p.lost), err)
	}
	return nil
}

// writing reports whether anything is not durable yet.
func (p *persister) writing() bool {
	for _, l := range p.lanes {
		if l.busy || l.wantsWrite() {
			return true
		}
	}
	return p.writers > 0
}

// written answers every sender of a write that has ended, and gives the lock
// back when it was a refresh's last.
func (p *persister) written(w *written) {
	p.writers--
	w.lane.busy = false
	p.account(w)
	w.answer()
	if w.commit != nil {
		w.lane.ended, w.lane.settled = true, w.settles()
	}
	p.advance(w.lane)
	p.next()
}

// account remembers which accounts have something that is not stored.
func (p *persister) account(w *written) {
	switch {
	case w.look != nil:
	case w.err == nil, w.lane.deleted, errors.Is(w.err, persistence.ErrNotFound):
		delete(p.lost, w.lane.key)
	case w.unheard():
		p.lost[w.lane.key] = w.err
	}
}

// savePool merges a change of a pool with those that wait.
func (p *persister) savePool(m *messages.SavePool) {
	if waiting := p.pools[m.Provider]; waiting != nil {
		merged := *m
		merged.Bindings, merged.Owned = mergeBindings(waiting.Bindings, m.Bindings), mergeBindings(waiting.Owned, m.Owned)
		m = &merged
	}
	p.pools[m.Provider] = m
	p.awaitCompany()
	if len(m.Limits)+len(m.Freed) > 0 {
		p.hurry()
	}
}

func (p *persister) writePool(m *messages.SavePool) {
	_, err := p.store.UpdatePool(context.Background(), m.Provider, func(s *persistence.PoolState) {
		s.Active = m.Active
		known := policy.Evidence{Limits: s.Limits, Freed: s.Freed}.Merge(policy.Evidence{Limits: m.Limits, Freed: m.Freed}).At(p.system.wallNow())
		s.Limits, s.Freed = known.Limits, known.Freed
		s.Bindings, s.Owned = changeBindings(s.Bindings, m.Bindings), changeBindings(s.Owned, m.Owned)
	})
	if err != nil {
		p.system.log.Warn().Err(err).Str("provider", m.Provider).Msg("the pool's state could not be saved; conversations may change accounts after a restart")
	}
	p.self.Tell(&poolWritten{})
}
