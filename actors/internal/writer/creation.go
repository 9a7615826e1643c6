package writer

import (
	"context"
	"errors"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// creation stores a new account. Two processes that add one login at the same time
// must not make two accounts of it, and neither knows of the other's: the store
// decides, under the pool's lock.
type creation struct {
	*messages.CreateAccount

	// holder is the stored account that has the login already; nil for none.
	holder *account.Record
}

func (c *creation) store(ctx context.Context, store persistence.Store, _ *lane) (account.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, lockDeadline)
	defer cancel()
	err := persistence.AddTo(ctx, store, c.Record)
	if known, ok := errors.AsType[*persistence.KnownLoginError](err); ok {
		c.holder, err = &known.Holder, nil
	}
	return c.Record, err
}

func (c *creation) answer(_ account.Record, err error) {
	c.ReplyTo.Tell(&messages.AccountCreated{Create: c.CreateAccount, Holder: c.holder, Err: err})
}

// creates reports whether the next change of the lane is a creation.
func (l *lane) creates() bool {
	if len(l.waiting) == 0 {
		return false
	}
	_, ok := l.waiting[0].(*creation)
	return ok
}

// takeTurn reports whether l may create its account now. Only one lane of a pool may:
// each creation waits for the pool's lock, perhaps for long, and they must not take the
// places of all others while they wait.
func (p *writer) takeTurn(l *lane) bool {
	waiting, busy := p.creating[l.key.Provider]
	if busy {
		waiting = append(waiting, l)
	}
	p.creating[l.key.Provider] = waiting
	return !busy
}

// endTurn lets the next lane of a pool create its account.
func (p *writer) endTurn(provider string) {
	waiting := p.creating[provider]
	if len(waiting) == 0 {
		delete(p.creating, provider)
		return
	}
	p.creating[provider] = waiting[1:]
	p.ready = append(p.ready, waiting[0])
}
