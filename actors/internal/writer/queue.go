package writer

import (
	"errors"
	"fmt"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// queue lets l wait for a free place to write or read.
func (p *writer) queue(l *lane) {
	l.queued = true
	switch {
	case l.commit != nil:
		p.commits = append(p.commits, l)
	case !l.creates() || p.takeTurn(l):
		p.ready = append(p.ready, l)
	}
	p.next()
}

// pop returns the lane whose turn it is; nil when none waits.
func (p *writer) pop() *lane {
	for _, waiting := range []*[]*lane{&p.commits, &p.ready} {
		if len(*waiting) > 0 {
			l := (*waiting)[0]
			*waiting = (*waiting)[1:]
			return l
		}
	}
	return nil
}

// next starts as many tasks as may run at once, and answers the flushes when
// nothing is left to write.
func (p *writer) next() {
	for p.writers < maxWriters {
		l := p.pop()
		if l == nil {
			break
		}
		w := l.take()
		p.writers++
		p.system.Task(func() {
			w.run(p.system.Running, p.store)
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
func (p *writer) lostError() error {
	for _, err := range p.lost {
		return fmt.Errorf("the latest changes of %d accounts could not be stored, of one because of this: %w", len(p.lost), err)
	}
	return nil
}

// writing reports whether anything is not durable yet.
func (p *writer) writing() bool {
	for _, l := range p.lanes {
		if l.busy || l.commit != nil || l.urgent {
			return true
		}
	}
	return p.writers > 0 || len(p.pools) > 0 || len(p.files) > 0
}

// written answers all senders of a task that has ended. After the commit of a
// refresh it releases the lock.
func (p *writer) written(w *written) {
	p.writers--
	w.lane.busy = false
	p.noteLost(w)
	w.answer()
	if _, ok := w.change.(*creation); ok {
		p.endTurn(w.lane.key.Provider)
	}
	if w.commit != nil {
		w.lane.ended, w.lane.settled = true, w.settles()
	}
	p.advance(w.lane)
	p.next()
}

// noteLost remembers which accounts have changes that are not stored.
func (p *writer) noteLost(w *written) {
	switch {
	case w.reader != nil:
	case w.err == nil, errors.Is(w.err, persistence.ErrNotFound):
		delete(p.lost, w.lane.key)
	case w.unheard():
		p.lost[w.lane.key] = w.err
	}
}
