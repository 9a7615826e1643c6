package policy

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Sightings are the limits that the accounts of a pool have met lately. When
// several accounts meet the same limit at once, it is an organisation's or an
// address', and the whole pool counts as paused. The limits of an account's own
// windows are never that: many windows end on the full hour, so their ends say
// nothing. Nor are limits whose end nobody stated.
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
	// enoughAccounts have to meet it.
	enoughAccounts = 3
	mostSightings  = 64
)

// Learn takes in a limit that an account has met, and returns the pool's own
// limit when that is what it is.
func (s *Sightings) Learn(id string, l account.Limit) (pause account.Limit, pauses bool) {
	s.recent = slices.DeleteFunc(s.recent, func(o sighting) bool {
		return o.id == id || l.SeenAt.Sub(o.limit.SeenAt) > atOnce
	})
	if isOwn(&l) {
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

// isOwn reports whether a limit is that of one account by its nature.
func isOwn(l *account.Limit) bool {
	return l.Scope != account.ScopeAccount || l.Window || l.Owner || l.Paid || l.Unstated || l.Source == account.FromUsage
}

// Worked takes back what was seen before a moment at which an account answered
// well.
func (s *Sightings) Worked(at time.Time) {
	s.recent = slices.DeleteFunc(s.recent, func(o sighting) bool { return o.limit.SeenAt.Before(at) })
}

// Forget takes back what an account has met that is no longer of the pool: it
// says nothing of those that came after it.
func (s *Sightings) Forget(id string) {
	s.recent = slices.DeleteFunc(s.recent, func(o sighting) bool { return o.id == id })
}

func isSame(a, b *account.Limit) bool {
	return a.Reason == b.Reason && a.Until.Sub(b.Until).Abs() <= sameEnd && a.SeenAt.Sub(b.SeenAt).Abs() <= atOnce
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
