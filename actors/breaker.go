package actors

import (
	"context"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
)

// disableUnlessLast decides under the pool's lock, so that two processes
// never disable the last two accounts, and reports whether the account is
// disabled. When in doubt it is not. On a goroutine of the persister's.
func (p *persister) disableUnlessLast(m *messages.DisableUnlessLast) bool {
	ctx, cancel := context.WithTimeout(p.system.running, lockDeadline)
	defer cancel()
	unlock, err := p.store.LockPool(ctx, m.Key.Provider)
	if err != nil {
		p.system.log.Warn().Err(err).Str("account", m.Key.ID).Msg("a login that fails stays in the pool, since nobody could decide otherwise")
		return false
	}
	defer func() {
		if err := unlock(); err != nil {
			p.system.log.Warn().Err(err).Msg("the pool's lock could not be given back")
		}
	}()
	return p.anyServes(ctx, m) && p.disable(ctx, m)
}

// anyServes reports whether one of the others is still in the pool.
func (p *persister) anyServes(ctx context.Context, m *messages.DisableUnlessLast) bool {
	for _, id := range m.Others {
		other, err := p.store.Read(ctx, persistence.Key{Provider: m.Key.Provider, ID: id})
		if err == nil && other.Eligible() && other.Fault == nil {
			return true
		}
	}
	return false
}

func (p *persister) disable(ctx context.Context, m *messages.DisableUnlessLast) bool {
	stored, err := p.store.Update(ctx, persistence.Key(m.Key), func(r *account.Record) { disable(r, m.Generation, m.Fault) })
	return err == nil && stored.Fault != nil && stored.Fault.Disabled
}

// disable takes a record out of the pool for the fault of its login, unless
// it has a newer one.
func disable(r *account.Record, generation uint64, fault account.Fault) {
	if r.Generation == generation {
		fault.Disabled = true
		r.Fail(fault)
	}
}

// loginFailed is the breaker: an account is disabled only while another one
// stays usable. The last one is kept, with its fault on record.
func (s *supervisor) loginFailed(m *messages.LoginFailed) {
	failed := s.byID[m.ID]
	if failed == nil {
		return
	}
	s.store.Tell(&messages.DisableUnlessLast{
		Key: messages.Key{Provider: s.provider.Name(), ID: m.ID}, Generation: m.Generation, Fault: m.Fault,
		Others: s.usableBesides(m.ID), ReplyTo: s.self,
	})
}

// witnesses is how many usable accounts the breaker looks for at most: one is
// enough, unless another process has disabled it just now.
const witnesses = 8

// usableBesides returns some of the accounts that can serve in place of id.
func (s *supervisor) usableBesides(id string) []string {
	now := policy.At(s.wallNow())
	var others []string
	for _, m := range s.order {
		if other := m.record.ID; other != id && s.selection.Usable(other, "", now) {
			others = append(others, other)
		}
		if len(others) == witnesses {
			break
		}
	}
	return others
}

func (s *supervisor) breakerDecided(m *messages.BreakerDecided) {
	failed := s.byID[m.Asked.Key.ID]
	if failed == nil {
		return
	}
	if m.Disabled {
		failed.Tell(&messages.DisableAccount{Generation: m.Asked.Generation, Fault: m.Asked.Fault})
	} else if failed.told == m.Asked.Fault.Kind {
		return // and its owner knows
	}
	failed.told = m.Asked.Fault.Kind
	s.publish(messages.LoginRejected{
		Occurrence: s.occurrence(failed.record), Kind: m.Asked.Fault.Kind, Generation: m.Asked.Generation,
		Reason: m.Asked.Fault.Reason, Disabled: m.Disabled,
	})
}
