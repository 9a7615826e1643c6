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
