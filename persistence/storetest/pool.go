package storetest

import (
	"encoding/json"
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
			Active:   "a",
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
