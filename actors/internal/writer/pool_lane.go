package writer

import (
	"context"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
)

// poolLane holds what the writer has to write for one pool. One write runs at a
// time, on a goroutine. The changes that come meanwhile become the next write.
type poolLane struct {
	provider string
	waiting  []poolChange
	busy     bool
}

// poolChange changes the stored state of a pool.
type poolChange struct {
	// mutate must be quick and may run again, on a newer state.
	mutate func(*persistence.PoolState)
	// answer is called once, with nil when the change is durable.
	answer func(err error)
}

// poolWritten is the result of one write of a pool.
type poolWritten struct {
	lane    *poolLane
	changes []poolChange
	err     error
}

// changePool queues a change behind the others of its pool.
func (p *writer) changePool(provider string, c poolChange) {
	l := p.pools[provider]
	if l == nil {
		l = &poolLane{provider: provider}
		p.pools[provider] = l
	}
	l.waiting = append(l.waiting, c)
	p.advancePool(l)
}

// advancePool starts the next write of a lane, and removes a lane that has
// nothing to do.
func (p *writer) advancePool(l *poolLane) {
	switch {
	case l.busy:
	case len(l.waiting) == 0:
		delete(p.pools, l.provider)
	default:
		w := &poolWritten{lane: l, changes: l.waiting}
		l.busy, l.waiting = true, nil
		p.system.Task(func() {
			w.run(p.system.Running, p.store)
			p.self.Tell(w)
		})
	}
}

// run writes. It runs on a goroutine of the writer.
func (w *poolWritten) run(running context.Context, store persistence.Store) {
	ctx, cancel := context.WithTimeout(running, lockDeadline)
	defer cancel()
	_, w.err = store.UpdatePool(ctx, w.lane.provider, func(s *persistence.PoolState) {
		for _, c := range w.changes {
			c.mutate(s)
		}
	})
}

func (p *writer) poolWritten(w *poolWritten) {
	w.lane.busy = false
	for _, c := range w.changes {
		c.answer(w.err)
	}
	p.advancePool(w.lane)
	p.next()
}

// fail answers all who wait with err.
func (l *poolLane) fail(err error) {
	for _, c := range l.waiting {
		c.answer(err)
	}
}

// savePool stores what a supervisor remembers of its pool.
func (p *writer) savePool(m *messages.SavePool) {
	p.changePool(m.Provider, poolChange{
		mutate: func(s *persistence.PoolState) {
			s.Active = m.Active
			known := policy.Evidence{Limits: s.Limits, Freed: s.Freed}.Merge(policy.Evidence{Limits: m.Limits, Freed: m.Freed}).At(p.system.Now())
			s.Limits, s.Freed = known.Limits, known.Freed
			s.Bindings, s.Owned = changeBindings(s.Bindings, m.Bindings), changeBindings(s.Owned, m.Owned)
		},
		answer: func(err error) {
			if err != nil {
				p.system.Log.Warn().Err(err).Str("provider", m.Provider).Msg("the pool's state could not be saved; conversations may change accounts after a restart")
			}
		},
	})
}
