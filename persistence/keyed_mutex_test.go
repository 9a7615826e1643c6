package persistence

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestKeyedMutexWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m keyedMutex
		if err := m.lock(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if m.tryLock("a") || !m.tryLock("b") {
			t.Error("want a held and b free")
		}
		got := make(chan error, 1)
		go func() { got <- m.lock(t.Context(), "a") }()
		synctest.Wait()
		if len(got) > 0 {
			t.Error("a second holder came in")
		}
		m.unlock("a")
		if err := <-got; err != nil {
			t.Error(err)
		}
		m.unlock("a")
		m.unlock("b")
		if len(m.entries) != 0 {
			t.Errorf("%d entries are kept for keys that nobody uses", len(m.entries))
		}
	})
}

func TestKeyedMutexGivesUpWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m keyedMutex
		if !m.tryLock("a") {
			t.Fatal("a new key is locked")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		if err := m.lock(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Minute {
			t.Errorf("got %v after %v, want the deadline's error when it comes", err, time.Since(start))
		}
		m.unlock("a")
		if err := m.lock(ctx, "a"); err != nil {
			t.Errorf("%v: a free key needs no waiting", err)
		}
	})
}
