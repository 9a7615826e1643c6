package crash_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/tests/crash/traffic"
)

// enoughNotes is after how many notes a victim is killed that has not come to
// its failpoint.
const enoughNotes = 600

// seedOf returns the seed of the run, which it logs.
func seedOf(tb testing.TB) uint64 {
	tb.Helper()
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	tb.Logf("repeat with -seed %d", s)
	return s
}

// traffic is the plan of the world's next victim.
func (w *world) traffic() traffic.Plan {
	return traffic.Plan{Seed: w.rng.Uint64(), Name: fmt.Sprintf("victim-%d", w.tally.kills()), Logins: w.ids}
}

// atRandom kills a victim at a random moment of its traffic.
func (w *world) atRandom(tb testing.TB) {
	tb.Helper()
	w.kill(tb, aim{notes: 1 + w.rng.IntN(60), then: time.Duration(w.rng.IntN(2000)) * time.Microsecond}, "traffic", w.traffic())
}

// atStep kills a victim in the middle of its traffic when one of its callers
// comes to a step.
func (w *world) atStep(tb testing.TB, step string) {
	tb.Helper()
	w.kill(tb, aim{failpoint: fmt.Sprintf("%s:%d", step, 1+w.rng.IntN(15)), notes: enoughNotes}, "traffic", w.traffic())
}

// Victims are killed in the middle of mixed traffic: at random moments, and at
// each named step.
func TestKilledInTraffic(t *testing.T) {
	t.Parallel()
	const atRandom, atEachStep = 95, 5
	seed := seedOf(t)
	for i := range uint64(2) {
		t.Run(fmt.Sprintf("world=%d", i), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, seed+i)
			for range atRandom {
				w.atRandom(t)
			}
			for range atEachStep {
				for _, step := range steps() {
					w.atStep(t, step)
				}
			}
			w.tally.log(t)
			w.checkTidy(t)
		})
	}
}

// steps are the failpoints.
func steps() []string {
	return []string{
		"refresh.locked", "refresh.intended", "store.written", "store.synced", "store.renamed", "refresh.ended", "refresh.settled",
	}
}

// TestSoak kills for as long as it is told to.
func TestSoak(t *testing.T) {
	if *soakFor == 0 {
		t.Skip("run it with -run Soak -soak 10m")
	}
	w := newWorld(t, seedOf(t))
	for end := time.Now().Add(*soakFor); time.Now().Before(end) && !t.Failed(); {
		w.atRandom(t)
		w.atStep(t, steps()[w.rng.IntN(len(steps()))])
	}
	w.tally.log(t)
}

// BenchmarkKillToNextWrite kills a process that holds the lock of an account,
// and measures how long another process then takes to change that account.
func BenchmarkKillToNextWrite(b *testing.B) {
	w := newWorld(b, seedOf(b))
	for range b.N {
		b.StopTimer()
		id := w.ids[w.rng.IntN(len(w.ids))]
		v, _ := w.start(b, aim{failpoint: "refresh.intended"})
		v.Order(b, "step", traffic.Step{Kind: traffic.Refresh, Account: id})
		w.waitFor(b, v, aim{failpoint: "refresh.intended", notes: enoughNotes})
		b.StartTimer()
		died := time.Now()
		v.Kill()
		w.rename(b, id)
		w.tally.add(time.Since(died))
	}
	_, median, most := w.tally.wait()
	b.ReportMetric(float64(median.Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(most.Microseconds())/1000, "ms-worst")
}
