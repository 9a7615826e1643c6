package storetest

import (
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func sharedLoad(t *testing.T, a, b persistence.Store) {
	key, want := stored(t, a, "a")
	same(t, only(t, b), want)
	if err := b.Remove(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	emptyStore(t, a)
}

func sharedLatest(t *testing.T, a, b persistence.Store) {
	key, want := stored(t, a, "a")
	for _, s := range []persistence.Store{b, a, b, b, a} {
		want.Label += "x"
		same(t, mustUpdate(t, s, key, func(r *account.Record) { r.Label += "x" }), want)
	}
}

func sharedLock(t *testing.T, a, b persistence.Store) {
	key, want := stored(t, a, "a")
	l := locked(t, a, key)
	refusedWhileHeld(t, b, key)
	want.Label = "under the lock"
	if _, err := l.Update(t.Context(), func(r *account.Record) { r.Label = "under the lock" }); err != nil {
		t.Fatal(err)
	}
	unlock(t, l)
	other := locked(t, b, key)
	same(t, other.Record(), want)
	refusedWhileHeld(t, a, key)
	unlock(t, other)
}

// both runs work on the two stores at once.
func both(a, b persistence.Store, work func(s persistence.Store)) {
	var all sync.WaitGroup
	all.Go(func() { work(a) })
	all.Go(func() { work(b) })
	all.Wait()
}

func sharedUpdates(t *testing.T, a, b persistence.Store) {
	key, want := stored(t, a, "a")
	both(a, b, func(s persistence.Store) { together(func(int, int) { count(t, s, key) }) })
	want.Generation += 2 * callers * rounds
	same(t, only(t, a), want)
	same(t, only(t, b), want)
}

func sharedPoolUpdates(t *testing.T, a, b persistence.Store) {
	name := map[persistence.Store]string{a: "a", b: "b"}
	both(a, b, func(s persistence.Store) {
		together(func(caller, round int) { bind(t, s, name[s], caller, round) })
	})
	bindings(t, a, 2*callers*rounds)
	bindings(t, b, 2*callers*rounds)
}
