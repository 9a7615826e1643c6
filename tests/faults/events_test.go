package faults_test

import (
	"testing"
	"testing/synctest"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A subscriber that takes its time never keeps the engine, and learns how much
// it has missed.
func TestSlowSubscriber(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		const events = 3000 // more than are kept for a subscriber
		eng, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
		id := rig.Add(t, pool, rig.Login("a"))
		synctest.Wait()
		release, seen, missed := make(chan struct{}), 0, 0
		eng.Subscribe(func(e multiaccount.Event) {
			<-release
			seen++
			if dropped, ok := e.(multiaccount.EventsDropped); ok {
				seen, missed = seen-1, missed+dropped.Count
			}
		})
		prompt := rig.Record(eng)
		for range events {
			rig.Must(t, pool.SetEnabled(t.Context(), id, true))
			synctest.Wait()
		}
		if n := rig.Count[multiaccount.AccountSwitched](prompt); n != events {
			t.Errorf("a subscriber in time heard of %d events", n)
		}
		close(release)
		synctest.Wait()
		rig.Must(t, pool.SetEnabled(t.Context(), id, true)) // says what was missed
		rig.Close(t, eng)
		if seen+missed != events+1 || missed == 0 {
			t.Errorf("%d seen and %d missed of %d", seen, missed, events+1)
		}
	})
}

// A subscription may be ended anywhere, in its own callback too, and twice.
func TestSubscriptionEnds(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		eng, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
		seen := 0
		var cancel func()
		cancel = eng.Subscribe(func(multiaccount.Event) {
			seen++
			cancel()
		})
		id := rig.Add(t, pool, rig.Login("a"))
		synctest.Wait()
		for range 10 {
			rig.Must(t, pool.SetEnabled(t.Context(), id, true))
		}
		cancel()
		rig.Close(t, eng)
		cancel()
		if seen != 1 {
			t.Errorf("%d events", seen)
		}
	})
}

// Nothing is told after a subscription has ended, though it has happened
// before.
func TestSubscriptionEndsWithEventsWaiting(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		eng, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
		seen, release := 0, make(chan struct{})
		cancel := eng.Subscribe(func(multiaccount.Event) {
			seen++
			<-release
		})
		id := rig.Add(t, pool, rig.Login("a"))
		for range 10 {
			rig.Must(t, pool.SetEnabled(t.Context(), id, true))
		}
		synctest.Wait()
		cancel()
		close(release)
		rig.Close(t, eng)
		if seen != 1 {
			t.Errorf("%d events", seen)
		}
	})
}
