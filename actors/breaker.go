package actors

import (
	"context"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
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
	writer   *persister
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
	record, err := locked.Update(ctx, func(r *account.Record) { disable(r, c.asked.Generation) })
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
		c.writer.system.log.Warn().Err(err).Str("account", c.asked.Key.ID).Msg("a login that fails stays in the pool, since nobody could decide otherwise")
	}
	c.asked.ReplyTo.Tell(&messages.BreakerDecided{Asked: c.asked, Disabled: c.disabled})
}

// disable takes a record out of the pool for the fault of its login, unless
// it has a newer one, or works again.
func disable(r *account.Record, generation uint64) {
	if r.Generation == generation && r.Fault != nil {
		fault := *r.Fault
		fault.Disabled = true
		r.Fail(fault)
	}
}

// loginFailed is the breaker: an account is disabled only while another one
// stays usable. The last one is kept, with its fault on record.
func (s *supervisor) loginFailed(m *messages.LoginFailed) {
	failed := s.member(m.ID)
	if failed == nil {
		return
	}
	s.store.Tell(&messages.DisableUnlessLast{
		Key: messages.Key{Provider: s.provider.Name(), ID: m.ID}, Generation: m.Generation, Fault: m.Fault,
		Others: s.usableBesides(m.ID), ReplyTo: s.self,
	})
}

// othersAsked is how many usable accounts the breaker looks for at most: one is
// enough, unless another process has disabled it just now.
const othersAsked = 8

// usableBesides returns some of the accounts that can serve in place of id.
func (s *supervisor) usableBesides(id string) []string {
	now := policy.At(s.wallNow())
	var others []string
	for _, m := range s.order {
		if other := m.record.ID; other != id && s.selection.Usable(other, "", now) {
			others = append(others, other)
		}
		if len(others) == othersAsked {
			break
		}
	}
	return others
}

func (s *supervisor) breakerDecided(m *messages.BreakerDecided) {
	failed := s.member(m.Asked.Key.ID)
	if failed == nil {
		return
	}
	if m.Disabled {
		failed.Tell(&messages.DisableAccount{Generation: m.Asked.Generation})
	} else if failed.told == m.Asked.Fault.Kind {
		return // and its owner knows
	}
	failed.told = m.Asked.Fault.Kind
	s.publish(event.LoginRejected{
		Occurrence: s.occurrence(failed.record), Kind: m.Asked.Fault.Kind, Generation: m.Asked.Generation,
		Reason: m.Asked.Fault.Reason, Disabled: m.Disabled,
	})
}
