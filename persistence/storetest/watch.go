package storetest

import (
	"errors"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// readsWithoutWaiting: reading one account waits for no lock.
func readsWithoutWaiting(t trial) {
	key, want := stored(t.T, t.store, "a")
	l := locked(t.T, t.store, key)
	got, err := t.store.Read(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	same(t.T, got, want)
	unlock(t.T, l)
	if err := t.store.Remove(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if _, err := t.store.Read(t.Context(), key); !errors.Is(err, persistence.ErrNotFound) {
		t.Errorf("Read of a removed account: %v, want ErrNotFound", err)
	}
}

// watchTells: a watch reports every account that is added, changed or removed, by
// this store or by another over the same data.
func watchTells(t trial) {
	told := make(chan string, 100)
	stop, err := t.store.Watch(Provider, persistence.Watching{
		Changed: func(id string) { told <- id }, Present: func([]string) {}, Claimed: func(map[string]bool) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	by := t.store
	if t.other != nil {
		by = t.other
	}
	key, _ := stored(t.T, by, "a")
	heard(t, told, key.ID)
	if _, err := by.Update(t.Context(), key, func(r *account.Record) { r.Label = "changed" }); err != nil {
		t.Fatal(err)
	}
	heard(t, told, key.ID)
	if err := by.Remove(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	heard(t, told, key.ID)
	stop()
	stop() // twice is no error
	drain(told)
	stored(t.T, by, "b")
	if len(told) > 0 {
		t.Errorf("told of %s after stop", <-told)
	}
}

// heard waits for a notice, and skips others that one change may cause.
func heard(t trial, told <-chan string, id string) {
	t.Helper()
	select {
	case got := <-told:
		if got != id {
			t.Errorf("told of %s, want %s", got, id)
		}
	case <-time.After(time.Minute):
		t.Fatalf("not told of %s", id)
	}
	drain(told)
}

func drain(told <-chan string) {
	for len(told) > 0 {
		<-told
	}
}
