package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func updatePool(t *testing.T, s persistence.Store, mutate func(*persistence.PoolState)) persistence.PoolState {
	t.Helper()
	state, err := s.UpdatePool(t.Context(), Provider, mutate)
	if err != nil {
		t.Errorf("UpdatePool: %v", err)
	}
	return state
}

func poolState(t trial) {
	s := t.store
	want := func() persistence.PoolState {
		return persistence.PoolState{
			Active: "a", Pinned: "b", PinnedAt: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
			Owned:    map[string]persistence.Binding{"resp_1": {Account: "b", UsedAt: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}},
			Bindings: map[string]persistence.Binding{"key": {Account: "a", UsedAt: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}},
			Alerts:   map[string]persistence.Alert{"a/reauth": {Generation: 3, At: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}},
			Limits: []account.Limit{{
				Scope: account.ScopePool, Reason: "5h", SeenAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Until: time.Date(2026, 1, 2, 4, 0, 0, 0, time.UTC),
			}},
			Freed:   []account.Freed{{Scope: account.ScopePool, At: time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)}},
			Unknown: map[string]json.RawMessage{"from_the_future": json.RawMessage(`[1]`)},
		}
	}
	check := func(got persistence.PoolState) {
		t.Helper()
		if !reflect.DeepEqual(got, want()) {
			t.Errorf("got %+v, want %+v", got, want())
		}
		got.Bindings["key"] = persistence.Binding{Account: "scribbled"}
		got.Owned["resp_1"] = persistence.Binding{Account: "scribbled"}
		got.Limits[0].Reason, got.Freed[0].Reason = "scribbled", "scribbled"
		got.Alerts["a/reauth"] = persistence.Alert{}
		got.Unknown["from_the_future"][1] = '2'
	}
	var kept *persistence.PoolState
	check(updatePool(t.T, s, func(p *persistence.PoolState) {
		if p.Active != "" || len(p.Bindings) != 0 {
			t.Errorf("a new pool starts with %+v", *p)
		}
		*p, kept = want(), p
	}))
	kept.Active = "scribbled"
	check(load(t.T, s).Pool)
	check(updatePool(t.T, s, func(*persistence.PoolState) {}))
	check(load(t.T, s).Pool)
	if snap, err := s.Load(t.Context(), "other"); err != nil || snap.Pool.Active != "" {
		t.Errorf("another provider's pool holds %+v (%v)", snap.Pool, err)
	}
}

// bind adds a binding that nobody else adds.
func bind(t *testing.T, s persistence.Store, name string, caller, round int) {
	t.Helper()
	updatePool(t, s, func(p *persistence.PoolState) {
		if p.Bindings == nil {
			p.Bindings = make(map[string]persistence.Binding)
		}
		p.Bindings[fmt.Sprintf("%s-%d-%d", name, caller, round)] = persistence.Binding{Account: "a"}
	})
}

func bindings(t *testing.T, s persistence.Store, want int) {
	t.Helper()
	if got := len(load(t, s).Pool.Bindings); got != want {
		t.Errorf("%d bindings are stored, want %d", got, want)
	}
}

func concurrentPoolUpdates(t trial) {
	s := t.store
	together(func(caller, round int) { bind(t.T, s, "key", caller, round) })
	bindings(t.T, s, callers*rounds)
}

// poolLockExcludes: while somebody holds the pool's lock, nobody else changes the
// pool, and a waiter gives up when its context ends.
func poolLockExcludes(t trial) {
	by := t.store
	if t.other != nil {
		by = t.other
	}
	unlock, err := t.store.LockPool(t.Context(), Provider)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = by.UpdatePool(ended, Provider, func(*persistence.PoolState) { t.Error("changed while the lock was held") })
	if !errors.Is(err, persistence.ErrLocked) {
		t.Errorf("UpdatePool: %v, want ErrLocked", err)
	}
	if _, err := by.LockPool(ended, Provider); !errors.Is(err, persistence.ErrLocked) {
		t.Errorf("a second LockPool: %v, want ErrLocked", err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
	bind(t.T, by, "key", 0, 0)
}

// poolWatchTells: a watch gets the stored state of the pool.
func poolWatchTells(t trial) {
	told := make(chan persistence.PoolState, 100)
	stop, err := t.store.Watch(Provider, persistence.Watching{
		Changed: func(string) {}, Present: func([]string) {}, Claimed: func(map[string]bool) {},
		Pool: func(s persistence.PoolState) { told <- s },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	by := t.store
	if t.other != nil {
		by = t.other
	}
	updatePool(t.T, by, func(p *persistence.PoolState) { p.Pinned = "a" })
	for deadline := time.After(time.Minute); ; {
		select {
		case got := <-told:
			if got.Pinned == "a" {
				return
			}
		case <-deadline:
			t.Fatal("not told of the pool")
		}
	}
}
