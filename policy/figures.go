package policy

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// usedUp is the utilization from which a window rejects, in percent.
const usedUp = 100

// Figures are what a usage endpoint answered about one account. Learn is all
// that has to be done with them; a failed poll says nothing.
type Figures struct {
	Windows []account.UsageWindow
	// AskedAt is when the question was sent: what the figures show is no
	// newer, so they never free what a later answer limited.
	AskedAt time.Time
}

// Concerns reports whether the figures change rec at all.
func (f Figures) Concerns(rec *account.Record) bool {
	return newFigures(rec.Usage, f.Windows) || frees(f.freed(), rec.Limits)
}

// Learn changes rec by what the figures say at the time now. A window below
// its limit frees what that window had rejected before the question was sent,
// and an answer to a request sent since tells more of a window.
func (f Figures) Learn(rec *account.Record, now time.Time) {
	windows := slices.Clone(f.Windows)
	for i := range windows {
		windows[i].SeenAt = earlier(windows[i].SeenAt, f.AskedAt)
	}
	rec.Usage = mergeUsage(rec.Usage, windows)
	Evidence{Freed: f.freed()}.learn(rec, now)
}

func (f Figures) freed() []account.Freed {
	return belowLimit(nil, f.Windows, account.Freed{At: f.AskedAt})
}

// belowLimit adds, for each window below its limit, that what it rejected is
// free as far as scope says.
func belowLimit(freed []account.Freed, windows []account.UsageWindow, scope account.Freed) []account.Freed {
	for i := range windows {
		if windows[i].Utilization < usedUp {
			scope.Reason = windows[i].Name
			freed = append(freed, scope)
		}
	}
	return freed
}

// newFigures reports whether seen says anything that old does not.
func newFigures(old, seen []account.UsageWindow) bool {
	return slices.ContainsFunc(seen, func(w account.UsageWindow) bool {
		return !slices.ContainsFunc(old, func(o account.UsageWindow) bool {
			return o.Name == w.Name && o.Utilization == w.Utilization && o.ResetAt.Equal(w.ResetAt)
		})
	})
}

// mergeUsage keeps, of each window, the figures seen last.
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

// newer reports whether w was seen after o; of two seen at once, the fuller counts.
func newer(w, o *account.UsageWindow) bool {
	if w.SeenAt.Equal(o.SeenAt) {
		return w.Utilization > o.Utilization || w.Utilization == o.Utilization && w.ResetAt.After(o.ResetAt)
	}
	return w.SeenAt.After(o.SeenAt)
}
