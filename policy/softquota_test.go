package policy_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/policy"
)

// usedUp is an account whose one window is used so far.
func usedUp(id string, percent float64, reset policy.Instant) policy.Facts {
	f := ready(id)
	f.Windows = []policy.Window{{Name: "5h", Utilization: percent, ResetAt: reset}}
	return f
}

// An account that has reached the soft quota is spared until its window starts
// anew, or its figure is clearly lower.
func TestSoftQuotaHasTwoEdges(t *testing.T) {
	reset := start.Add(5 * time.Hour)
	p := newPoolOf(t, policy.Options{SoftQuotaPercent: 80})
	check := func(percent float64, at policy.Instant, want bool) {
		t.Helper()
		p.Put(usedUp("a", percent, reset), at)
		if got := p.Usable("a", "", at); got != want {
			t.Errorf("at %v %%: usable %v", percent, got)
		}
	}
	check(79.9, start, true)
	check(80, start, false)
	check(79.9, start, false)
	check(75, start.Add(time.Hour), false)
	check(74.9, start.Add(time.Hour), true)
	check(79.9, start.Add(time.Hour), true)
	check(90, start.Add(time.Hour), false)
	reset = start.Add(10 * time.Hour)
	check(79.9, start.Add(6*time.Hour), true) // another window: the last one has ended
}

// Whatever the figures do between the two edges, an account changes between usable
// and spared at most once.
func TestSoftQuotaDoesNotFlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPoolOf(unused{}, policy.Options{SoftQuotaPercent: 80})
		reset, now, changes := start.Add(5*time.Hour), start, 0
		p.Put(usedUp("a", 0, reset), now)
		was := true
		for range rapid.IntRange(1, 50).Draw(t, "figures") {
			now = now.Add(time.Second)
			p.Put(usedUp("a", rapid.Float64Range(75, 85).Draw(t, "percent"), reset), now)
			if usable := p.Usable("a", "", now); usable != was {
				was = usable
				changes++
			}
		}
		if changes > 1 {
			t.Fatalf("it changed %d times", changes)
		}
	})
}
