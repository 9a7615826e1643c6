package writer

import (
	"context"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// disabling takes an account out of the pool for the fault of its login, but
// only while another one can serve.
//
// Two processes never disable the last two accounts, and need no common lock
// for it. The fault is on record before its process looks at the others, and
// stays there under the account's lock until the account is disabled. So of
// the processes that want to disable the last accounts, the one whose fault was
// recorded last finds all the others with a fault, and leaves its account in
// the pool.
type disabling struct {
	asked    *messages.DisableUnlessLast
	writer   *writer
	disabled bool
}

// store leaves the account in the pool when in doubt.
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

// anyServes reports whether one of the others is still in the pool.
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
		c.writer.system.Log.Warn().Err(err).Str("account", c.asked.Key.ID).Msg("a login that fails stays in the pool, since nobody could decide otherwise")
	}
	c.asked.ReplyTo.Tell(&messages.DisableDecided{Asked: c.asked, Disabled: c.disabled})
}
