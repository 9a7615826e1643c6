package policy

import (
	"math"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// usedUp is the utilization, in percent, at which a window rejects requests.
const usedUp = 100

// Figures are what a usage endpoint answered about one account. Apply them with
// ApplyTo; a failed poll has none and says nothing.
type Figures struct {
	Windows []account.UsageWindow
	// AskedAt is when the poll was sent. The figures are no newer, so they never
	// free what a later answer limited.
	AskedAt time.Time
}

// Concerns reports whether the figures change rec at all.
func (f Figures) Concerns(rec *account.Record, t Tuning) bool {
	return newFigures(rec.Usage, f.Windows) || frees(f.freed(rec), rec.Limits) || f.limitsAnew(rec.Limits, t)
}

// limitsAnew reports whether a window is used up that was not used up before.
func (f Figures) limitsAnew(known []account.Limit, t Tuning) bool {
	return slices.ContainsFunc(f.limits(f.AskedAt, t), func(l account.Limit) bool { return !slices.ContainsFunc(known, l.Same) })
}

// ApplyTo changes rec by the figures, at the time now. A window below its limit
// frees what that window rejected before the poll was sent. A window that is used
// up limits the account until it starts anew. The figures of an answer to a later
// request are newer and stay.
func (f Figures) ApplyTo(rec *account.Record, now time.Time, t Tuning) {
	windows := slices.Clone(f.Windows)
	for i := range windows {
		windows[i].SeenAt = earlier(windows[i].SeenAt, f.AskedAt)
	}
	rec.Usage = mergeUsage(rec.Usage, windows)
	Evidence{Limits: f.limits(now, t), Freed: f.freed(rec)}.mergeInto(rec, now)
}

// limits returns a limit for each used-up window whose end is known.
func (f Figures) limits(now time.Time, t Tuning) []account.Limit {
	var limits []account.Limit
	for i := range f.Windows {
		w := &f.Windows[i]
		if w.Utilization < usedUp || w.Soft || !w.ResetAt.After(now) || w.Paid && t.AllowPaid {
			continue
		}
		limits = append(limits, account.Limit{
			Scope: account.ScopeAccount, Source: account.FromUsage, Reason: w.Name, Window: true, Paid: w.Paid,
			SeenAt: earlier(w.SeenAt, f.AskedAt), Until: w.ResetAt,
		})
	}
	return limits
}

func (f Figures) freed(rec *account.Record) []account.Freed {
	return append(belowLimit(nil, f.Windows, account.Freed{At: f.AskedAt}), withRoom(rec, f.Windows, f.AskedAt)...)
}

// withRoom frees rec of limits that name no window, such as those read from a
// body, when the figures show room in every quota window. Limits that only the
// owner can end have nothing to do with windows and stay.
func withRoom(rec *account.Record, windows []account.UsageWindow, at time.Time) []account.Freed {
	if !haveRoom(windows) {
		return nil
	}
	var freed []account.Freed
	for _, l := range rec.Limits {
		named := l.Window && l.Source != account.FromBody
		if l.Scope == account.ScopeAccount && !l.Owner && !named {
			freed = append(freed, account.Freed{Scope: l.Scope, Reason: l.Reason, At: at})
		}
	}
	return freed
}

// haveRoom reports whether the figures show quota windows, none of them used up.
func haveRoom(windows []account.UsageWindow) bool {
	quota := false
	for i := range windows {
		w := &windows[i]
		if w.Utilization >= usedUp && !w.Soft {
			return false
		}
		quota = quota || w.Length >= longWindow && !w.Soft
	}
	return quota
}

// belowLimit adds, for each window below its limit, that what it rejected is
// free, within scope.
func belowLimit(freed []account.Freed, windows []account.UsageWindow, scope account.Freed) []account.Freed {
	for i := range windows {
		if windows[i].Utilization < usedUp {
			scope.Reason = windows[i].Name
			freed = append(freed, scope)
		}
	}
	return freed
}

// newFigures reports whether seen holds figures that old does not.
func newFigures(old, seen []account.UsageWindow) bool {
	return slices.ContainsFunc(seen, func(w account.UsageWindow) bool {
		return !slices.ContainsFunc(old, func(o account.UsageWindow) bool {
			return o.Name == w.Name && o.Utilization == w.Utilization && o.ResetAt.Equal(w.ResetAt)
		})
	})
}

// TakeFigures gives rec the last use and the usage figures of from, and what
// those freed, where rec has older ones.
func TakeFigures(rec, from *account.Record, now time.Time) {
	rec.LastUsedAt = later(rec.LastUsedAt, from.LastUsedAt)
	rec.Usage = mergeUsage(rec.Usage, from.Usage)
	Evidence{Freed: from.Freed}.mergeInto(rec, now)
}

// mergeUsage keeps, for each window, the figures that were seen last.
func mergeUsage(old, seen []account.UsageWindow) []account.UsageWindow {
	merged := slices.Clone(old)
	for _, w := range seen {
		i := slices.IndexFunc(merged, func(o account.UsageWindow) bool { return o.Name == w.Name })
		switch {
		case i < 0:
			merged = append(merged, w)
		case newer(&w, &merged[i]):
			merged[i] = w
		}
	}
	return merged
}

// newer reports whether w was seen after o. Of two seen at the same time, the
// fuller one counts as newer.
func newer(w, o *account.UsageWindow) bool {
	if w.SeenAt.Equal(o.SeenAt) {
		return w.Utilization > o.Utilization || w.Utilization == o.Utilization && w.ResetAt.After(o.ResetAt)
	}
	return w.SeenAt.After(o.SeenAt)
}

const (
	// longWindow is the length from which the figures of a window change slowly.
	longWindow = time.Hour
	// resetGrain is how much the stated time of the same reset may vary.
	resetGrain = time.Minute
)

// NoticeablyUsed reports whether the figures changed enough to tell people: for a
// window of an hour or more, by a whole percent, or by its reset.
func NoticeablyUsed(old, seen []account.UsageWindow) bool {
	return slices.ContainsFunc(seen, func(w account.UsageWindow) bool {
		return w.Length >= longWindow && !slices.ContainsFunc(old, func(o account.UsageWindow) bool {
			return o.Name == w.Name && math.Floor(o.Utilization) == math.Floor(w.Utilization) && o.ResetAt.Sub(w.ResetAt).Abs() < resetGrain
		})
	})
}
