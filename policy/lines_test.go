package policy

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const testEpoch = Instant(1_800_000_000_000_000_000)

// TestLinesHoldForAsLongAsTheySay checks a line at moments up to its end: there
// it must have the value of a line that is drawn up at that moment.
func TestLinesHoldForAsLongAsTheySay(t *testing.T) {
	for name, r := range map[string]rule{Hybrid: newHybrid(3), DrainFirst: drainFirst{}} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				f := drawFacts(t)
				now := testEpoch
				for range 20 {
					l, until := r.line(&f, testEpoch, now)
					if until <= now {
						t.Fatalf("at %v the line has ended already", now.Time())
					}
					last := min(until-1, now.Add(240*time.Hour))
					expectSame(t, r, &f, l, now+(last-now)/2)
					expectSame(t, r, &f, l, last)
					if now = until; until == forever {
						return
					}
				}
			})
		})
	}
}

func expectSame(t *rapid.T, r rule, f *Facts, l line, at Instant) {
	fresh, _ := r.line(f, testEpoch, at)
	seconds := secondsFrom(testEpoch, at)
	if got, want := l.at(seconds), fresh.at(seconds); math.Abs(got-want) > 1e-5 {
		t.Fatalf("%v after the epoch: %v, want %v", time.Duration(at-testEpoch), got, want)
	}
}

func drawFacts(t *rapid.T) Facts {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)) // evenly spread, unlike rapid's own
	f := Facts{LastUsed: testEpoch.Add(time.Duration(rng.IntN(2000)-1000) * time.Second)}
	for range rng.IntN(4) {
		length := []time.Duration{time.Hour, 5 * time.Hour, 24 * time.Hour, 168 * time.Hour}[rng.IntN(4)]
		f.Windows = append(f.Windows, Window{
			Utilization: rng.Float64() * 130,
			Length:      length,
			ResetAt:     testEpoch.Add(time.Duration(rng.IntN(1000)+1) * length / 900),
		})
	}
	return f
}

func TestStrangeFiguresAreMadeReckonable(t *testing.T) {
	for in, want := range map[float64]float64{-1: 0, math.Inf(1): 1000, math.Inf(-1): 0, 55: 55} {
		if got := (&Window{Utilization: in}).percent(); got != want {
			t.Errorf("%v: got %v, want %v", in, got, want)
		}
	}
	if got := (&Window{Utilization: math.NaN()}).percent(); got != 0 {
		t.Errorf("not a number: got %v", got)
	}
	f := Facts{Windows: []Window{
		{Utilization: math.Inf(1), Length: math.MaxInt64, ResetAt: forever},
		{Utilization: math.NaN(), Length: 1, ResetAt: testEpoch + 1},
	}}
	for _, r := range []rule{newHybrid(0), drainFirst{}} {
		l, until := r.line(&f, testEpoch, testEpoch)
		if v := l.at(0); math.IsNaN(v) || math.IsInf(v, 0) || until <= testEpoch {
			t.Errorf("%T: %v until %d", r, v, until)
		}
	}
}
