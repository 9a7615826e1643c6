package simulation

import (
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

const (
	shortWindow = 5 * time.Hour
	longWindow  = 7 * day
	// windowsAWeek is how many full short windows use up a long one.
	windowsAWeek = 9
	// quota is what a plan of size 1 may use in a short window, in tokens.
	quota = 1_000_000
)

// sizes are the accounts' plans.
func sizes() []int64 { return []int64{1, 1, 5, 5, 5, 20} }

// window is one quota window: it begins with the first use after the last one
// has ended.
type window struct {
	length     time.Duration
	limit      int64
	used       int64
	ends       time.Duration
	ended      bool // it was ended and counted
	lost, gone int64
}

// roll ends the window when it is over, and counts what was left of it.
func (w *window) roll(now time.Duration) {
	if !w.ended && w.ends <= now {
		w.lost += w.limit - w.used
		w.gone += w.limit
		w.used, w.ended = 0, true
	}
}

func (w *window) fits(cost int64) bool { return w.used+cost <= w.limit }

func (w *window) use(now time.Duration, cost int64) {
	if w.ended {
		w.ended, w.ends = false, now+w.length
	}
	w.used += cost
}

// account is a provider's account, as the provider has it.
type account struct {
	id            string
	short, long   window
	coolUntil     time.Duration
	limitedAt     time.Duration
	limits        int // how often it was found limited
	initialUnused int64
}

// newAccounts returns accounts in the middle of their weeks: each week ends on
// another day, with another share of it used.
func newAccounts() []*account {
	var all []*account
	for i, size := range sizes() {
		a := &account{id: fmt.Sprintf("account-%d", i)}
		a.short = window{length: shortWindow, limit: size * quota, ended: true}
		a.long = window{length: longWindow, limit: size * quota * windowsAWeek, ends: time.Duration(i+1) * day}
		a.long.used = a.long.limit * int64(6-i) / 7
		a.initialUnused = a.long.limit - a.long.used
		all = append(all, a)
	}
	return all
}

// serve answers a request: it fits into both windows, or is limited until the
// last window that rejects it ends.
func (a *account) serve(now time.Duration, cost int64) bool {
	a.roll(now)
	if a.short.fits(cost) && a.long.fits(cost) {
		a.short.use(now, cost)
		a.long.use(now, cost)
		return true
	}
	for _, w := range []*window{&a.short, &a.long} {
		if !w.fits(cost) {
			a.coolUntil = max(a.coolUntil, w.ends)
		}
	}
	a.limitedAt = now
	a.limits++
	return false
}

func (a *account) roll(now time.Duration) {
	a.short.roll(now)
	a.long.roll(now)
}

// facts are what an answer's headers tell.
func (a *account) facts() policy.Facts {
	f := policy.Facts{ID: a.id, Eligible: true}
	if a.limits > 0 {
		f.CoolUntil, f.RateLimitedAt = instant(a.coolUntil), instant(a.limitedAt)
	}
	for _, w := range []*window{&a.short, &a.long} {
		if !w.ended {
			f.Windows = append(f.Windows, policy.Window{
				Utilization: 100 * float64(w.used) / float64(w.limit), ResetAt: instant(w.ends), Length: w.length,
			})
		}
	}
	return f
}

// instant is a moment of the simulation, which begins at 03:00 of a Monday.
func instant(d time.Duration) policy.Instant {
	return policy.At(time.Date(2026, time.March, 2, 3, 0, 0, 0, time.UTC)).Add(d)
}
