package rig

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// Events keeps every event of an engine. It is safe for concurrent use.
type Events struct {
	mu      sync.Mutex
	all     []multiaccount.Event
	changed chan struct{}
}

// Record keeps the events of eng from now on, until it closes.
func Record(eng *multiaccount.Engine) *Events {
	e := &Events{changed: make(chan struct{})}
	eng.Subscribe(e.add)
	return e
}

func (e *Events) add(event multiaccount.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, event)
	close(e.changed)
	e.changed = make(chan struct{})
}

// All returns the events so far.
func (e *Events) All() []multiaccount.Event {
	all, _ := e.now()
	return all
}

func (e *Events) now() ([]multiaccount.Event, <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.all), e.changed
}

// Await returns the first event of type E, as soon as there is one.
func Await[E multiaccount.Event](tb testing.TB, e *Events) E {
	tb.Helper()
	return AwaitNth[E](tb, e, 1)
}

// AwaitNth returns the n-th event of type E, as soon as there is one.
func AwaitNth[E multiaccount.Event](tb testing.TB, e *Events, n int) E {
	tb.Helper()
	timer := time.NewTimer(Patience)
	defer timer.Stop()
	for {
		all, changed := e.now()
		left := n
		for _, event := range all {
			found, ok := event.(E)
			if ok {
				left--
			}
			if ok && left == 0 {
				return found
			}
		}
		select {
		case <-changed:
		case <-timer.C:
			var none E
			tb.Fatalf("too few %T among %d events", none, len(all))
			return none
		}
	}
}

// Count returns how many events of type E there were so far.
func Count[E multiaccount.Event](e *Events) int {
	n := 0
	for _, event := range e.All() {
		if _, ok := event.(E); ok {
			n++
		}
	}
	return n
}
