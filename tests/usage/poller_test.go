package usage_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A process asks when it starts, and then no more while nobody uses its pool.
func TestIdlePoolAsksOnce(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 5)
		time.Sleep(6 * time.Hour)
		for i, id := range w.ids {
			if n := len(w.times(name(i))); n != 1 || w.percent(t, id) != 40 {
				t.Errorf("account %d was asked about %d times, and is at %v %%", i, n, w.percent(t, id))
			}
		}
	})
}

// In use, every account is asked about when its figures are old, and not before.
func TestPoolInUseAsksEachInterval(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 2)
		w.use(t, 2*time.Hour)
		for i := range w.ids {
			times := w.times(name(i))
			if len(times) < 21 || len(times) > 24 {
				t.Errorf("account %d was asked about %d times in two hours", i, len(times))
			}
			notWithin(t, times, 5*time.Minute)
		}
	})
}

// notWithin asserts that there is at least gap between any two times.
func notWithin(tb testing.TB, times []time.Time, gap time.Duration) {
	tb.Helper()
	for i := 1; i < len(times); i++ {
		if d := times[i].Sub(times[i-1]); d < gap {
			tb.Errorf("asked again after %v", d)
		}
	}
}

// Figures that come with answers need not be asked for.
func TestFiguresOfAnswersSpareThePoll(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		percent := 10.0
		w := open(t, 2, func(g *gauge) {
			g.says = func(providers.Answer) account.Verdict {
				percent++
				return account.Verdict{Class: account.ClassSuccess, Usage: windows(percent)}
			}
		})
		for range 60 {
			if got := w.send(t, w.ids[0]); got != 200 {
				t.Fatalf("status %d", got)
			}
			time.Sleep(time.Minute)
		}
		if served, idle := len(w.times("0")), len(w.times("1")); served > 1 || idle < 10 {
			t.Errorf("the one that serves was asked about %d times, the idle one %d times", served, idle)
		}
	})
}

func TestFewAreAskedAboutAtOnce(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		var running, most atomic.Int64
		w := open(t, 20, func(g *gauge) {
			g.figure = func(context.Context, string) (providers.Usage, error) {
				most.Store(max(most.Load(), running.Add(1)))
				defer running.Add(-1)
				time.Sleep(time.Second)
				return used(1), nil
			}
		})
		time.Sleep(time.Minute)
		for i := range w.ids {
			if n := len(w.times(name(i))); n != 1 {
				t.Errorf("account %d was asked about %d times", i, n)
			}
		}
		if most.Load() != 3 {
			t.Errorf("%d at once", most.Load())
		}
	})
}

// Processes that share accounts share what they learn: one of them asks.
func TestProcessesAskOnce(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		p, store := newGauge(), persistence.NewMemory()
		var all []*world
		for range 5 {
			all = append(all, openOn(t, p, store))
		}
		id := rig.Add(t, all[0].pool, lasting("0"))
		for range 60 {
			time.Sleep(time.Minute)
			for _, w := range all {
				lease, err := w.pool.Acquire(t.Context(), multiaccount.Request{})
				rig.Must(t, err)
				lease.Done(multiaccount.Outcome{Status: 200})
			}
		}
		times := p.times("0")
		if len(times) < 11 {
			t.Errorf("asked about %d times in an hour", len(times))
		}
		notWithin(t, times, 5*time.Minute)
		for i, w := range all {
			if w.percent(t, id) != 40 {
				t.Errorf("process %d does not know the figure", i)
			}
		}
	})
}

// A token that has ended is not used to ask, and not refreshed for it.
func TestEndedTokenIsNotAskedWith(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 1)
		id := rig.Add(t, w.pool, rig.Stale("old"))
		time.Sleep(time.Hour)
		if err := w.pool.RefreshUsage(t.Context(), id); err == nil {
			t.Error("asked with a token that has ended")
		}
		if len(w.times("old")) != 0 || w.Refreshes() != 0 {
			t.Errorf("asked %d times, refreshed %d times", len(w.times("old")), w.Refreshes())
		}
	})
}

func TestCloseDuringPoll(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		asked := make(chan struct{})
		w := open(t, 1, func(g *gauge) {
			g.figure = func(ctx context.Context, _ string) (providers.Usage, error) {
				close(asked)
				<-ctx.Done()
				return providers.Usage{}, ctx.Err()
			}
		})
		waiting := make(chan error, 1)
		go func() { waiting <- w.pool.RefreshUsage(context.Background(), w.ids[0]) }()
		<-asked
		began := time.Now()
		rig.Close(t, w.eng)
		if took := time.Since(began); took > time.Second {
			t.Errorf("Close took %v", took)
		}
		if err := <-waiting; err == nil {
			t.Error("figures of a poll that was cut off")
		}
	})
}

// An endpoint that never answers is given up, and asked later.
func TestSilentEndpoint(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 4, func(g *gauge) {
			g.figure = func(ctx context.Context, _ string) (providers.Usage, error) {
				<-ctx.Done()
				return providers.Usage{}, ctx.Err()
			}
		})
		w.use(t, time.Hour)
		for i := range w.ids {
			if n := len(w.times(name(i))); n < 2 || n > 8 {
				t.Errorf("account %d was asked about %d times", i, n)
			}
		}
	})
}

func TestProviderThatPanicsWhenAsked(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 1, func(g *gauge) {
			g.figure = func(context.Context, string) (providers.Usage, error) { panic("figures") }
		})
		if err := w.pool.RefreshUsage(t.Context(), w.ids[0]); err == nil {
			t.Error("no error")
		}
		w.use(t, time.Minute)
	})
}
