package faults_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// No two accounts of a pool are called alike, whoever is first.
func TestLabelsAreUnique(t *testing.T) {
	_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	work := rig.Add(t, pool, multiaccount.NewAccount{Label: "work", APIKey: "key-1"})
	home := rig.Add(t, pool, multiaccount.NewAccount{Label: "home", APIKey: "key-2"})
	isTaken := func(err error, by string) {
		t.Helper()
		var taken *multiaccount.DuplicateLabelError
		if !errors.As(err, &taken) || taken.AccountID != by {
			t.Errorf("%v, want *DuplicateLabelError of %s", err, by)
		}
	}
	_, err := pool.Add(t.Context(), multiaccount.NewAccount{Label: " WORK ", APIKey: "key-3"})
	isTaken(err, work)
	isTaken(pool.Rename(t.Context(), home, "Work"), work)
	rig.Must(t, pool.Rename(t.Context(), work, "Work")) // its own
	rig.Must(t, pool.Rename(t.Context(), work, "office"))
	rig.Must(t, pool.Rename(t.Context(), home, "work"))
	isTaken(pool.Rename(t.Context(), work, "work"), home)
	rig.Must(t, pool.Remove(t.Context(), home))
	rig.Must(t, pool.Rename(t.Context(), work, "work"))
}

func TestLabelsAreUniqueAtTheSameTime(t *testing.T) {
	_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	var ids []string
	for i := range 8 {
		ids = append(ids, rig.Add(t, pool, multiaccount.NewAccount{APIKey: "key-" + string(rune('a'+i))}))
	}
	var renaming sync.WaitGroup
	errs := make([]error, len(ids))
	for i, id := range ids {
		renaming.Go(func() { errs[i] = pool.Rename(t.Context(), id, "work") })
	}
	renaming.Wait()
	named := 0
	for _, err := range errs {
		if err == nil {
			named++
		}
	}
	if named != 1 {
		t.Errorf("%d accounts are called work: %v", named, errs)
	}
}

// Another key keeps the account, and forgets what the old one suffered from.
func TestSetKey(t *testing.T) {
	_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	id := rig.Add(t, pool, multiaccount.NewAccount{Label: "work", APIKey: "key-1", Priority: 3})
	other := rig.Add(t, pool, multiaccount.NewAccount{Label: "home", APIKey: "key-2"})
	owned := rig.Add(t, pool, rig.Login("a"))
	rig.Must(t, pool.SetEnabled(t.Context(), id, false))
	rig.Must(t, pool.SetKey(t.Context(), id, " key-3\n"))
	rig.Must(t, pool.CheckStored(t.Context(), id, multiaccount.NewAccount{APIKey: "key-3"}))
	if s := rig.Status(t, pool, id); s.Label != "work" || s.Priority != 3 || !s.Enabled || s.Generation != 2 {
		t.Errorf("%+v", s)
	}
	var duplicate *multiaccount.DuplicateAccountError
	if err := pool.SetKey(t.Context(), id, "key-2"); !errors.As(err, &duplicate) || duplicate.AccountID != other {
		t.Errorf("another account's key: %v", err)
	}
	rig.Add(t, pool, multiaccount.NewAccount{APIKey: "key-1"}) // it is free again
	for name, err := range map[string]error{
		"a login": pool.SetKey(t.Context(), owned, "key-4"), "nothing": pool.SetKey(t.Context(), id, " "), "two words": pool.SetKey(t.Context(), id, "a b"),
	} {
		var invalid *multiaccount.InvalidAccountError
		if !errors.As(err, &invalid) || invalid.Field != "APIKey" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An account whose file cannot be read can be removed, and takes with it what was
// set aside.
func TestRemoveOfAQuarantinedAccount(t *testing.T) {
	dir, p := t.TempDir(), rig.NewProvider()
	open := func() (*multiaccount.Engine, *multiaccount.Pool) {
		eng := rig.Open(t, multiaccount.Config{Dir: dir, Providers: []providers.Provider{p}, Settings: rig.Settings()})
		return eng, rig.Pool(t, eng, rig.Plain)
	}
	eng, pool := open()
	broken, whole := rig.Add(t, pool, rig.Login("a")), rig.Add(t, pool, rig.Login("b"))
	rig.Close(t, eng)
	folder := filepath.Join(dir, rig.Plain, "accounts")
	rig.Must(t, os.WriteFile(filepath.Join(folder, broken+".json"), []byte("{"), 0o600))
	_, pool = open()
	if s := rig.Status(t, pool, broken); s.State != multiaccount.StateQuarantined {
		t.Fatalf("the account is %s", s.State)
	}
	rig.Must(t, pool.Remove(t.Context(), broken))
	all, err := pool.Accounts(t.Context())
	if err != nil || len(all) != 1 || all[0].ID != whole {
		t.Errorf("left: %+v, %v", all, err)
	}
	left, err := filepath.Glob(filepath.Join(folder, broken+"*"))
	if err != nil || len(left) > 0 {
		t.Errorf("files of the account are left: %q, %v", left, err)
	}
	if err := pool.Remove(t.Context(), broken); !errors.Is(err, multiaccount.ErrUnknownAccount) {
		t.Errorf("the second time: %v", err)
	}
}
