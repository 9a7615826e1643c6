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

// count adds one to a number in the account, which an overwritten update
// would lose.
func count(t *testing.T, s persistence.Store, key persistence.Key) {
	t.Helper()
	if _, err := s.Update(t.Context(), key, func(r *account.Record) { r.Generation++ }); err != nil {
		t.Errorf("Update: %v", err)
	}
}

func concurrentUpdates(t *testing.T, s persistence.Store) {
	key, want := stored(t, s, "a")
	together(func(int, int) { count(t, s, key) })
	want.Generation += callers * rounds
	same(t, only(t, s), want)
}

func concurrentAccounts(t *testing.T, s persistence.Store) {
	keys := make([]persistence.Key, callers)
	for i := range keys {
		keys[i], _ = stored(t, s, fmt.Sprintf("a%d", i))
	}
	together(func(caller, _ int) { count(t, s, keys[caller]) })
	for _, got := range load(t, s).Accounts {
		want := Record(got.ID)
		want.Generation += rounds
		same(t, got, want)
	}
}

func concurrentCreates(t *testing.T, s persistence.Store) {
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
	same(t, only(t, s), Record("a"))
}
