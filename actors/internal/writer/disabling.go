package writer

import (
	"context"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// disabling disables an account for the fault of its login, but only while
// another account can serve.
//
// Two processes never disable the last two accounts. They need no common lock for
// that. A process records the fault before it checks the other accounts, and
// the fault stays recorded, under the account's lock, until the account is
// disabled. Of the processes that want to disable the last accounts, the one that
// recorded its fault last finds a fault on all the others, and does not disable
// its account.
type disabling struct {
	asked    *messages.DisableUnlessLast
	writer   *writer
	disabled bool
}

// store does not disable the account when it is not sure.
func (c *disabling) store(ctx context.Context, store persistence.Store, l *lane) (account.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, lockDeadline)
	defer cancel()
	if l.lock != nil {
		return c.decide(ctx, store, l.lock)
	}
	locked, err := store.Lock(ctx, persistence.Key(l.key))
	if err != nil {
		return account.Record{}, err
	}
	defer c.writer.release(locked)
	return c.decide(ctx, store, locked)
}

func (c *disabling) decide(ctx context.Context, store persistence.Store, locked persistence.Locked) (account.Record, error) {
	record := locked.Record()
	if record.Generation != c.asked.Generation || record.Fault == nil {
		return record, nil
	}
	if c.disabled = record.Fault.Disabled; c.disabled || !c.anyServes(ctx, store) {
		return record, nil
	}
	record, err := locked.Update(ctx, func(r *account.Record) { r.Disable(c.asked.Generation) })
	c.disabled = err == nil
	return record, err
}

// anyServes reports whether one of the other accounts is still enabled and
// without a fault.
func (c *disabling) anyServes(ctx context.Context, store persistence.Store) bool {
	for _, id := range c.asked.Others {
		other, err := store.Read(ctx, persistence.Key{Provider: c.asked.Key.Provider, ID: id})
		if err == nil && other.Eligible() && other.Fault == nil {
			return true
		}
	}
	return false
}

func (c *disabling) answer(_ account.Record, err error) {
	if err != nil {
		c.writer.system.Log.Warn().Err(err).Str("account", c.asked.Key.ID).Msg("an account whose login failed stays enabled, because the store could not decide whether it is the last one")
	}
	c.asked.ReplyTo.Tell(&messages.DisableDecided{Asked: c.asked, Disabled: c.disabled})
}
