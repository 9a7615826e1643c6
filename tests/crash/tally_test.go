package crash_test

import (
	"slices"
	"testing"
	"time"
)

// tally is what killing cost.
type tally struct {
	// waits are from each kill to the survivor's next write.
	waits []time.Duration
	// lost counts logins.
	lost int
	// missed are the failpoints that a victim did not come to.
	missed []string
}

func (t *tally) add(wait time.Duration) { t.waits = append(t.waits, wait) }

func (t *tally) kills() int { return len(t.waits) }

// wait returns the shortest, the median and the longest wait.
func (t *tally) wait() (least, median, most time.Duration) {
	if len(t.waits) == 0 {
		return 0, 0, 0
	}
	sorted := slices.Sorted(slices.Values(t.waits))
	return sorted[0], sorted[len(sorted)/2], sorted[len(sorted)-1]
}

func (t *tally) log(tb testing.TB) {
	tb.Helper()
	least, median, most := t.wait()
	tb.Logf("%d kills, %d logins lost where nobody could save them; from the kill to the next write: min %v, median %v, max %v",
		t.kills(), t.lost, least, median, most)
	if len(t.missed) > 0 {
		tb.Logf("killed at a random moment for want of %v", t.missed)
	}
}
