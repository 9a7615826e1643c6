package policy

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Sightings are the limits that the accounts of a pool have met lately. From
// them follows when the whole pool has to rest: when several accounts meet the
// same limit at once, it is an organisation's or an address', and asking one
// account after the other only burns them all.
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
	// atOnce is how far apart accounts meet a limit at once, sameEnd how far
	// apart the ends of the same limit are told.
	atOnce  = 10 * time.Second
	sameEnd = 2 * time.Second
	// enoughAccounts have to meet it, or both of a pool of two.
	enoughAccounts = 3
	mostSightings  = 64
)

// Learn takes in a limit that an account has met, of a pool with that many
// accounts, and returns the pool's own limit when that is what it is.
func (s *Sightings) Learn(id string, l account.Limit, accounts int) (pause account.Limit, pauses bool) {
	s.recent = slices.DeleteFunc(s.recent, func(o sighting) bool {
		return o.id == id || l.SeenAt.Sub(o.limit.SeenAt) > atOnce
	})
	if l.Scope != account.ScopeAccount || l.Paid || l.Source == account.FromUsage {
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
	return l, alike >= 2 && alike >= min(enoughAccounts, accounts)
}

// Forget takes back what an account has met that is no longer of the pool: it
// says nothing of those that came after it.
func (s *Sightings) Forget(id string) {
	s.recent = slices.DeleteFunc(s.recent, func(o sighting) bool { return o.id == id })
}

func isSame(a, b *account.Limit) bool {
	return a.Reason == b.Reason && a.Until.Sub(b.Until).Abs() <= sameEnd && a.SeenAt.Sub(b.SeenAt).Abs() <= atOnce
}

// A paused pool is probed like an open breaker, less often: each probe may
// cost one more account.
const (
	firstPoolPause   = 20 * time.Second
	longestPoolPause = 10 * time.Minute
)

// PoolBreaker returns the breaker for the probes of a pool that is paused.
func PoolBreaker() Breaker {
	return Breaker{firstPause: firstPoolPause, longestPause: longestPoolPause}
}

// Trip opens the breaker, unless it is open already.
func (b *Breaker) Trip(now Instant, jitter float64) {
	if b.state == closed {
		b.open(now, jitter)
	}
}

// InForce returns the limit that ends last of those that have not ended.
func (e Evidence) InForce(now time.Time) (last account.Limit, limited bool) {
	for _, l := range e.Limits {
		if l.Until.After(now) && l.Until.After(last.Until) {
			last, limited = l, true
		}
	}
	return last, limited
}
