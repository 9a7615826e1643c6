package storetest

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func emptyStore(t trial) {
	s := t.store
	snap := load(t.T, s)
	if len(snap.Accounts) != 0 || len(snap.Quarantined) != 0 || snap.Pool.Active != "" || len(snap.Pool.Bindings) != 0 {
		t.Errorf("an empty store holds %+v", snap)
	}
}

func createAndLoad(t trial) {
	s := t.store
	_, want := stored(t.T, s, "a")
	same(t.T, only(t.T, s), want)
}

func loadOrder(t trial) {
	s := t.store
	for id, after := range map[string]time.Duration{
		"c": time.Minute, "a": 2 * time.Minute, "d": 3 * time.Minute, "b": 3 * time.Minute,
	} {
		rec := Record(id)
		rec.AddedAt = rec.AddedAt.Add(after)
		if err := s.Create(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
	}
	got := ""
	for _, rec := range load(t.T, s).Accounts {
		got += rec.ID
	}
	if got != "cabd" {
		t.Errorf("order %s, want cabd: as they were added, then by id", got)
	}
}

func createTwice(t trial) {
	s := t.store
	_, want := stored(t.T, s, "a")
	again := want
	again.Label = "another"
	if err := s.Create(t.Context(), again); !errors.Is(err, persistence.ErrExists) {
		t.Errorf("second Create: %v, want ErrExists", err)
	}
	same(t.T, only(t.T, s), want)
}

func providersApart(t trial) {
	s := t.store
	key, want := stored(t.T, s, "a")
	other := want
	other.Provider = "other"
	if err := s.Create(t.Context(), other); err != nil {
		t.Fatalf("Create of the same id for another provider: %v", err)
	}
	mustUpdate(t.T, s, keyOf(other), func(r *account.Record) { r.Label = "changed" })
	same(t.T, only(t.T, s), want)
	if err := s.Remove(t.Context(), keyOf(other)); err != nil {
		t.Fatal(err)
	}
	mustUpdate(t.T, s, key, func(*account.Record) {})
}

// revisionsTellTheOrder checks that each write gives the next revision, and
// that nothing else does.
func revisionsTellTheOrder(t trial) {
	s := t.store
	key, _ := stored(t.T, s, "a")
	if got := only(t.T, s).Revision; got != 1 {
		t.Errorf("a new account has revision %d, want 1", got)
	}
	if got := mustUpdate(t.T, s, key, func(r *account.Record) { r.Revision = 0 }).Revision; got != 2 {
		t.Errorf("revision %d after a change, want 2", got)
	}
	held := locked(t.T, s, key)
	rec, err := held.Update(t.Context(), func(*account.Record) {})
	if err != nil || rec.Revision != 3 || held.Record().Revision != 3 {
		t.Errorf("revision %d after a change under the lock, want 3; %v", rec.Revision, err)
	}
	unlock(t.T, held)
	if read, err := s.Read(t.Context(), key); err != nil || read.Revision != 3 {
		t.Errorf("read is revision %d, want 3; %v", read.Revision, err)
	}
	if got := mustUpdate(t.T, s, key, func(r *account.Record) { r.Revision = 77 }).Revision; got != 78 || only(t.T, s).Revision != 78 {
		t.Errorf("revision %d after a change that raised it to 77", got)
	}
}

func update(t trial) {
	s := t.store
	key, want := stored(t.T, s, "a")
	got := mustUpdate(t.T, s, key, func(r *account.Record) {
		same(t.T, *r, want)
		r.Label, r.Credentials.AccessToken, r.Fault = "new", account.NewSecret("new-token"), nil
	})
	want.Label, want.Credentials.AccessToken, want.Fault = "new", account.NewSecret("new-token"), nil
	same(t.T, got, want)
	same(t.T, only(t.T, s), want)
}

func updateUnknown(t trial) {
	s := t.store
	refused := func(key persistence.Key) {
		_, err := s.Update(t.Context(), key, func(*account.Record) { t.Error("the mutation ran without an account") })
		if !errors.Is(err, persistence.ErrNotFound) {
			t.Errorf("Update of %v: %v, want ErrNotFound", key, err)
		}
	}
	refused(persistence.Key{Provider: Provider, ID: "a"})
	stored(t.T, s, "b")
	refused(persistence.Key{Provider: Provider, ID: "a"})
	if got := only(t.T, s); got.ID != "b" {
		t.Errorf("stored is %s, want b alone", got.ID)
	}
}

func identityStays(t trial) {
	s := t.store
	key, want := stored(t.T, s, "a")
	got := mustUpdate(t.T, s, key, func(r *account.Record) { r.ID, r.Provider = "b", "other" })
	same(t.T, got, want)
	same(t.T, only(t.T, s), want)
}

func remove(t trial) {
	s := t.store
	key, _ := stored(t.T, s, "a")
	_, want := stored(t.T, s, "b")
	for range 2 {
		if err := s.Remove(t.Context(), key); err != nil {
			t.Fatalf("Remove: %v; an account that is gone is no error", err)
		}
	}
	same(t.T, only(t.T, s), want)
	if err := s.Remove(t.Context(), persistence.Key{Provider: "never", ID: "a"}); err != nil {
		t.Errorf("Remove for a provider without accounts: %v", err)
	}
	stored(t.T, s, "a")
}

func unknownFields(t trial) {
	s := t.store
	rec := Record("a")
	rec.Unknown = map[string]json.RawMessage{"from_the_future": json.RawMessage(`{"n":[1,2]}`)}
	if err := s.Create(t.Context(), rec); err != nil {
		t.Fatal(err)
	}
	rec.Label = "changed"
	mustUpdate(t.T, s, keyOf(rec), func(r *account.Record) { r.Label = "changed" })
	same(t.T, only(t.T, s), rec)
}

func unfitNames(t trial) {
	s := t.store
	for _, name := range []string{"", ".", "..", "../a", "a/b", `a\b`, "a\x00", ".a", "a.", "A", "ä", "con", "nul.x", "a:b"} {
		for _, key := range []persistence.Key{{Provider: Provider, ID: name}, {Provider: name, ID: "a"}} {
			rec := Record(key.ID)
			rec.Provider = key.Provider
			_, updateErr := s.Update(t.Context(), key, func(*account.Record) {})
			_, lockErr := s.Lock(t.Context(), key)
			for _, err := range []error{s.Create(t.Context(), rec), updateErr, lockErr, s.Remove(t.Context(), key)} {
				if !errors.Is(err, persistence.ErrName) {
					t.Errorf("%+v: %v, want ErrName", key, err)
				}
			}
		}
	}
	if _, err := s.Load(t.Context(), "../provider"); !errors.Is(err, persistence.ErrName) {
		t.Errorf("Load: %v, want ErrName", err)
	}
	_, err := s.UpdatePool(t.Context(), "../provider", func(*persistence.PoolState) {})
	if !errors.Is(err, persistence.ErrName) {
		t.Errorf("UpdatePool: %v, want ErrName", err)
	}
}

// notAliased writes to everything a caller gave or was given.
func notAliased(t trial) {
	s := t.store
	want := Record("a")
	want.Unknown = map[string]json.RawMessage{"x": json.RawMessage(`1`)}
	given := Record("a")
	given.Unknown = map[string]json.RawMessage{"x": json.RawMessage(`1`)}
	if err := s.Create(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	scribble(&given)
	loaded := only(t.T, s)
	same(t.T, loaded, want)
	scribble(&loaded)

	var kept *account.Record
	updated := mustUpdate(t.T, s, keyOf(want), func(r *account.Record) { kept = r })
	same(t.T, updated, want)
	scribble(&updated)
	scribble(kept)
	same(t.T, only(t.T, s), want)
}

func scribble(r *account.Record) {
	r.Credentials.Scopes[0] = "scribbled"
	r.Limits[0].Reason = "scribbled"
	r.Usage[0].Name = "scribbled"
	r.Fault.Reason = "scribbled"
	r.Unknown["x"][0] = '2'
	r.Unknown["y"] = json.RawMessage(`3`)
}
