package multiaccount_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
)

// twoOn opens two engines on one folder, as two processes would, and returns
// the pool of the first, and of the second with its events.
func twoOn(t *testing.T) (first, second *multiaccount.Pool, events <-chan multiaccount.Event) {
	t.Helper()
	dir := t.TempDir()
	one := open(t, multiaccount.Config{Dir: dir, Settings: quiet(), Providers: []providers.Provider{&plainProvider{name: "plain"}}})
	two := open(t, multiaccount.Config{Dir: dir, Settings: quiet(), Providers: []providers.Provider{&plainProvider{name: "plain"}}})
	heard := make(chan multiaccount.Event, 100)
	t.Cleanup(two.Subscribe(func(e multiaccount.Event) { heard <- e }))
	return poolOf(t, one, "plain"), poolOf(t, two, "plain"), heard
}

// await returns the next event of a type.
func await[E multiaccount.Event](t *testing.T, events <-chan multiaccount.Event) E {
	t.Helper()
	late := time.After(10 * time.Second)
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
	first, second, events := twoOn(t)
	id := add(t, first, "a")
	if joined := await[multiaccount.AccountJoined](t, events); joined.AccountID != id {
		t.Errorf("%+v joined, want %s", joined, id)
	}
	if lease := acquire(t, second, multiaccount.Request{}); lease.AccountID() != id {
		t.Errorf("leased %s", lease.AccountID())
	} else {
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	}

	acquire(t, first, multiaccount.Request{}).Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{}})
	await[multiaccount.AccountCooled](t, events)
	if s := statusOf(t, second, id); s.State != multiaccount.StateCooling {
		t.Errorf("limited by the other, the account is %s", s.State)
	}
	if err := first.SetEnabled(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	if switched := await[multiaccount.AccountSwitched](t, events); switched.Enabled {
		t.Error("the account was not switched off")
	}
	if err := first.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if refreshed := await[multiaccount.LoginRefreshed](t, events); !refreshed.Adopted || refreshed.Generation != 2 {
		t.Errorf("refreshed %+v", refreshed)
	}
	if err := first.Remove(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if left := await[multiaccount.AccountLeft](t, events); left.AccountID != id {
		t.Errorf("%+v left", left)
	}
}

// Nobody rolls back what the other has changed.
func TestChangesOfBothAreKept(t *testing.T) {
	first, second, events := twoOn(t)
	id := add(t, first, "a")
	await[multiaccount.AccountJoined](t, events)
	if err := first.SetEnabled(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	if err := second.Rename(t.Context(), id, "renamed"); err != nil {
		t.Fatal(err)
	}
	if s := statusOf(t, second, id); s.Enabled || s.Label != "renamed" {
		t.Errorf("enabled %v, label %q", s.Enabled, s.Label)
	}
}
