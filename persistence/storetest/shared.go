package storetest

import (
	"sync"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func sharedLoad(t trial) {
	a, b := t.store, t.other
	key, want := stored(t.T, a, "a")
	same(t.T, only(t.T, b), want)
	if err := b.Remove(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	emptyStore(trial{T: t.T, store: a})
}

func sharedLatest(t trial) {
	a, b := t.store, t.other
	key, want := stored(t.T, a, "a")
	for _, s := range []persistence.Store{b, a, b, b, a} {
		want.Label += "x"
		same(t.T, mustUpdate(t.T, s, key, func(r *account.Record) { r.Label += "x" }), want)
	}
}

func sharedLock(t trial) {
	a, b := t.store, t.other
	key, want := stored(t.T, a, "a")
	l := locked(t.T, a, key)
	refusedWhileHeld(t.T, b, key)
	want.Label = "under the lock"
	if _, err := l.Update(t.Context(), func(r *account.Record) { r.Label = "under the lock" }); err != nil {
		t.Fatal(err)
	}
	unlock(t.T, l)
	other := locked(t.T, b, key)
	same(t.T, other.Record(), want)
	refusedWhileHeld(t.T, a, key)
	unlock(t.T, other)
}

// both runs work on the two stores at once.
func both(a, b persistence.Store, work func(s persistence.Store)) {
	var all sync.WaitGroup
	all.Go(func() { work(a) })
	all.Go(func() { work(b) })
	all.Wait()
}

func sharedUpdates(t trial) {
	a, b := t.store, t.other
	key, want := stored(t.T, a, "a")
	both(a, b, func(s persistence.Store) { together(func(int, int) { count(t.T, s, key) }) })
	want.Generation += 2 * callers * rounds
	same(t.T, only(t.T, a), want)
	same(t.T, only(t.T, b), want)
}

func sharedPoolUpdates(t trial) {
	a, b := t.store, t.other
	name := map[persistence.Store]string{a: "a", b: "b"}
	both(a, b, func(s persistence.Store) {
		together(func(caller, round int) { bind(t.T, s, name[s], caller, round) })
	})
	bindings(t.T, a, 2*callers*rounds)
	bindings(t.T, b, 2*callers*rounds)
}
