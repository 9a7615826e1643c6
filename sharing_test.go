package multiaccount_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
)

// sharer is one of two engines on one folder, as two processes would have them.
type sharer struct {
	*multiaccount.Pool
	events <-chan multiaccount.Event
}

func twoOn(t *testing.T) (first, second sharer) {
	t.Helper()
	dir := t.TempDir()
	return newSharer(t, dir), newSharer(t, dir)
}

func newSharer(t *testing.T, dir string) sharer {
	t.Helper()
	eng := open(t, multiaccount.Config{Dir: dir, Settings: quiet(), Providers: []providers.Provider{&plainProvider{name: "plain"}}})
	heard := make(chan multiaccount.Event, 1000)
	t.Cleanup(eng.Subscribe(func(e multiaccount.Event) { heard <- e }))
	return sharer{Pool: poolOf(t, eng, "plain"), events: heard}
}

// await returns the next event of a type.
func await[E multiaccount.Event](t *testing.T, events <-chan multiaccount.Event) E {
	t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case e := <-events:
			if wanted, ok := e.(E); ok {
				return wanted
			}
		case <-late:
			var wanted E
			t.Fatalf("no %T", wanted)
		}
	}
}

// What one engine changes shows in the other, which shares its folder.
func TestChangesShowInOtherEngines(t *testing.T) {
	first, second := twoOn(t)
	id := add(t, first.Pool, "a")
	if joined := await[multiaccount.AccountJoined](t, second.events); joined.AccountID != id {
		t.Errorf("%+v joined, want %s", joined, id)
	}
	if lease := acquire(t, second.Pool, multiaccount.Request{}); lease.AccountID() != id {
		t.Errorf("leased %s", lease.AccountID())
	} else {
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	}

	acquire(t, first.Pool, multiaccount.Request{}).Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{}})
	await[multiaccount.AccountCooled](t, second.events)
	if s := statusOf(t, second.Pool, id); s.State != multiaccount.StateCooling {
		t.Errorf("limited by the other, the account is %s", s.State)
	}
	if err := first.SetEnabled(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	if switched := await[multiaccount.AccountSwitched](t, second.events); switched.Enabled {
		t.Error("the account was not switched off")
	}
	if err := first.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if refreshed := await[multiaccount.LoginRefreshed](t, second.events); !refreshed.Adopted || refreshed.Generation != 2 {
		t.Errorf("refreshed %+v", refreshed)
	}
	if err := first.Remove(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if left := await[multiaccount.AccountLeft](t, second.events); left.AccountID != id {
		t.Errorf("%+v left", left)
	}
}

// However many ask in both engines, one exchange serves them all.
func TestTwoEnginesRefreshOnce(t *testing.T) {
	const callers = 50
	dir, provider := t.TempDir(), &plainProvider{name: "plain"}
	var both []*multiaccount.Pool
	for range 2 {
		eng := open(t, multiaccount.Config{Dir: dir, Settings: quiet(), Providers: []providers.Provider{provider}})
		both = append(both, poolOf(t, eng, "plain"))
	}
	id := add(t, both[0], "a")
	eventually(t, func() bool { return known(t, both[1], id) })
	var asking sync.WaitGroup
	for _, pool := range both {
		lease := acquire(t, pool, multiaccount.Request{})
		lease.Done(multiaccount.Outcome{Status: http.StatusUnauthorized})
	}
	for _, pool := range both {
		for range callers {
			asking.Go(func() {
				lease, err := pool.Acquire(t.Context(), multiaccount.Request{Account: id})
				if err != nil {
					t.Error(err)
					return
				}
				if lease.Token() == "access-a" {
					t.Error("a caller got the token that was refused")
				}
				lease.Done(multiaccount.Outcome{Status: http.StatusOK})
			})
		}
	}
	asking.Wait()
	if n := provider.refreshes.Load(); n != 1 {
		t.Errorf("%d exchanges, want 1", n)
	}
}

func known(t *testing.T, pool *multiaccount.Pool, id string) bool {
	t.Helper()
	all, err := pool.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(all, func(a multiaccount.AccountStatus) bool { return a.ID == id })
}

// Nobody rolls back what the other has changed.
func TestChangesOfBothAreKept(t *testing.T) {
	first, second := twoOn(t)
	id := add(t, first.Pool, "a")
	await[multiaccount.AccountJoined](t, second.events)
	if err := first.SetEnabled(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	if err := second.Rename(t.Context(), id, "renamed"); err != nil {
		t.Fatal(err)
	}
	if s := statusOf(t, second.Pool, id); s.Enabled || s.Label != "renamed" {
		t.Errorf("enabled %v, label %q", s.Enabled, s.Label)
	}
}

// Two engines whose accounts fail at the same time never disable the last two.
func TestLastTwoAreNeverDisabledByTwo(t *testing.T) {
	for range 10 {
		first, second := twoOn(t)
		ids := []string{add(t, first.Pool, "a"), add(t, first.Pool, "b")}
		for range ids {
			await[multiaccount.AccountJoined](t, second.events)
		}
		both := []sharer{first, second}
		for i, one := range both {
			lease := acquire(t, one.Pool, multiaccount.Request{Account: ids[i]})
			go lease.Done(multiaccount.Outcome{Status: http.StatusForbidden, Header: http.Header{}})
		}
		disabled := 0
		for i, one := range both {
			if decided(t, one.events, ids[i]).Disabled {
				disabled++
			}
		}
		if disabled == len(both) { // none is right too: neither found the other in good health
			t.Fatal("both of two accounts were disabled")
		}
	}
}

// decided waits for the breaker's decision about an account, as the engine
// tells it that had the account fail.
func decided(t *testing.T, events <-chan multiaccount.Event, id string) multiaccount.LoginRejected {
	t.Helper()
	for {
		if rejected := await[multiaccount.LoginRejected](t, events); rejected.AccountID == id {
			return rejected
		}
	}
}

// An account that one engine uses is left to it by the other, until the first
// has gone.
func TestClaims(t *testing.T) {
	dir := t.TempDir()
	using := open(t, multiaccount.Config{Dir: dir, Settings: quiet(), Providers: []providers.Provider{&plainProvider{name: "plain"}}})
	pool := poolOf(t, using, "plain")
	a, b := add(t, pool, "a"), add(t, pool, "b")
	acquire(t, pool, multiaccount.Request{Account: a}).Done(multiaccount.Outcome{Status: http.StatusOK})

	other := newSharer(t, dir)
	eventually(t, func() bool { return leasedBy(t, other) == b })
	closeEngine(t, using)
	acquire(t, other.Pool, multiaccount.Request{Account: b}).Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{}})
	if id := leasedBy(t, other); id != a {
		t.Errorf("leased %s, want %s that nobody claims any more", id, a)
	}
}

func leasedBy(t *testing.T, s sharer) string {
	t.Helper()
	lease := acquire(t, s.Pool, multiaccount.Request{})
	lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	return lease.AccountID()
}

// eventually waits for what another engine is to notice, without a signal of
// its own.
func eventually(t *testing.T, noticed func() bool) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	late := time.After(time.Minute)
	for !noticed() {
		select {
		case <-ticker.C:
		case <-late:
			t.Fatal("the other engine did not notice")
		}
	}
}
