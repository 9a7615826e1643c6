package policy

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// How long a limit is taken to last when nobody says, the first time and at
// most: it doubles while it goes on.
const (
	firstBare    = 5 * time.Second
	longestQuota = time.Hour
	firstOwner   = 10 * time.Minute
	longestOwner = 6 * time.Hour
)

// recentLimit is how long after its end a limit still counts: selection prefers
// accounts that were not limited just now.
const recentLimit = 30 * time.Second

// guess returns how long l is assumed to last, a limit that rec met at now.
func guess(l account.Limit, rec *account.Record, now time.Time, t Tuning) time.Duration {
	usual := max(t.DefaultRetryAfter, t.MinBackoff)
	first, most := usual, max(usual, longestQuota)
	switch {
	case l.Owner:
		first, most = firstOwner, longestOwner
	case l.Reason == bareReason:
		first, most = min(firstBare, usual), usual
	}
	return min(max(first, 2*lasted(l, rec, now)), most)
}

// lasted returns how long the same limit was assumed to last the last time; zero
// when that is too long ago to be the same trouble.
func lasted(l account.Limit, rec *account.Record, now time.Time) (longest time.Duration) {
	for _, o := range rec.Limits {
		if o.Unstated && l.Renews(o) && recalled(o).After(now) {
			longest = max(longest, o.Until.Sub(o.SeenAt))
		}
	}
	return longest
}

// ownerMemory is how long after its end a limit that only an owner can end is
// remembered. A night without requests then neither resets the guess nor alerts
// the owner again.
const ownerMemory = 24 * time.Hour

// recalled returns until when a limit is remembered after its end. A guessed one
// is remembered for as long again, so that the next guess is better.
func recalled(l account.Limit) time.Time {
	switch {
	case l.Owner:
		return l.Until.Add(ownerMemory)
	case l.Unstated:
		return l.Until.Add(max(recentLimit, l.Until.Sub(l.SeenAt)))
	}
	return later(l.Until, l.SeenAt.Add(recentLimit))
}
