package policy

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Sightings are the limits that the accounts of a pool met lately. When several
// accounts meet the same limit at once, it belongs to an organisation or an
// address, and the whole pool counts as paused. Limits of an account's own
// windows never pause the pool: many windows end on the full hour, so their ends
// say nothing. Nor do limits without a stated end.
//
// The zero value has none. Sightings are not safe for concurrent use.
type Sightings struct {
	recent []sighting
}

type sighting struct {
	id    string
	limit account.Limit
}

const (
	// atOnce is how far apart in time accounts meet a limit together; sameEnd is
	// how far apart the stated ends of the same limit may be.
	atOnce  = 10 * time.Second
	sameEnd = 2 * time.Second
	// enoughAccounts is how many accounts must meet the same limit.
	enoughAccounts = 3
	mostSightings  = 64
)

// Observe notes a limit that an account met. If it is one of the whole pool, it
// returns that limit.
func (s *Sightings) Observe(id string, l account.Limit) (pause account.Limit, pauses bool) {
	s.recent = slices.DeleteFunc(s.recent, func(o sighting) bool {
		return o.id == id || l.SeenAt.Sub(o.limit.SeenAt) > atOnce
	})
	if isOneAccounts(&l) {
		return account.Limit{}, false
	}
	if len(s.recent) == mostSightings {
		s.recent = s.recent[1:]
	}
	s.recent = append(s.recent, sighting{id, l})
	alike := 0
	for i := range s.recent {
		alike += count(isSame(&s.recent[i].limit, &l))
	}
	l.Scope = account.ScopePool
	return l, alike >= enoughAccounts
}

// isOneAccounts reports whether a limit can only be that of one account.
func isOneAccounts(l *account.Limit) bool {
	return l.Scope != account.ScopeAccount || l.Window || l.Owner || l.Paid || l.Unstated || l.Source == account.FromUsage
}

// Succeeded forgets what was seen before a moment at which an account succeeded.
func (s *Sightings) Succeeded(at time.Time) {
	s.recent = slices.DeleteFunc(s.recent, func(o sighting) bool { return o.limit.SeenAt.Before(at) })
}

// Forget forgets what an account met that has left the pool.
func (s *Sightings) Forget(id string) {
	s.recent = slices.DeleteFunc(s.recent, func(o sighting) bool { return o.id == id })
}

func isSame(a, b *account.Limit) bool {
	return a.Reason == b.Reason && a.Until.Sub(b.Until).Abs() <= sameEnd && a.SeenAt.Sub(b.SeenAt).Abs() <= atOnce
}

// InForce returns the limit in force at now that ends last.
func (e Evidence) InForce(now time.Time) (last account.Limit, limited bool) {
	for _, l := range e.Limits {
		if l.Until.After(now) && l.Until.After(last.Until) {
			last, limited = l, true
		}
	}
	return last, limited
}
