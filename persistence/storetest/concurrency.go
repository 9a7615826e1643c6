package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

const (
	callers = 8
	rounds  = 5
)

// together calls work from several goroutines, several times each.
func together(work func(caller, round int)) {
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for round := range rounds {
				work(caller, round)
			}
		})
	}
	all.Wait()
}

// count adds one to a number in the account. A lost update would show in it.
func count(t *testing.T, s persistence.Store, key persistence.Key) {
	t.Helper()
	if _, err := s.Update(t.Context(), key, func(r *account.Record) { r.Generation++ }); err != nil {
		t.Errorf("Update: %v", err)
	}
}

func concurrentUpdates(t trial) {
	s := t.store
	key, want := stored(t.T, s, "a")
	together(func(int, int) { count(t.T, s, key) })
	want.Generation += callers * rounds
	same(t.T, only(t.T, s), want)
}

func concurrentAccounts(t trial) {
	s := t.store
	keys := make([]persistence.Key, callers)
	for i := range keys {
		keys[i], _ = stored(t.T, s, fmt.Sprintf("a%d", i))
	}
	together(func(caller, _ int) { count(t.T, s, keys[caller]) })
	for _, got := range load(t.T, s).Accounts {
		want := Record(got.ID)
		want.Generation += rounds
		same(t.T, got, want)
	}
}

func concurrentCreates(t trial) {
	s := t.store
	var created atomic.Int64
	together(func(int, int) {
		switch err := s.Create(t.Context(), Record("a")); {
		case err == nil:
			created.Add(1)
		case !errors.Is(err, persistence.ErrExists):
			t.Errorf("Create: %v, want ErrExists", err)
		}
	})
	if created.Load() != 1 {
		t.Errorf("%d creates of one id succeeded", created.Load())
	}
	same(t.T, only(t.T, s), Record("a"))
}
