package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// adder returns s as one that stores each login once.
func adder(t trial, s persistence.Store) persistence.Adder {
	t.Helper()
	a, ok := s.(persistence.Adder)
	if !ok {
		t.Skip("this store is no persistence.Adder: two processes that add one login make two accounts")
	}
	return a
}

// withLogin returns an account that has the same login as another in one way: as
// identity, as refresh token or as API key.
func withLogin(id, way, login string) account.Record {
	rec := Record(id)
	switch way {
	case "identity":
		rec.Subject = login
	case "refresh token":
		rec.Subject, rec.Credentials.RefreshToken = "", account.NewSecret(login)
	case "API key":
		rec.Subject, rec.Credentials.APIKey = "", account.NewSecret(login)
	}
	return rec
}

func ways() []string { return []string{"identity", "refresh token", "API key"} }

// addOfAKnownLogin adds a login a second time, under another id, to the same users
// of the store and to another one that has read nothing of it.
func addOfAKnownLogin(t trial) {
	first, second := t.store, t.store
	if t.other != nil {
		second = t.other
	}
	for _, way := range ways() {
		holder, again := withLogin("a", way, "known"), withLogin("b", way, "known")
		if err := adder(t, first).Add(t.Context(), holder); err != nil {
			t.Fatalf("Add: %v", err)
		}
		checkHolder(t, way, adder(t, second).Add(t.Context(), again), holder)
		same(t.T, only(t.T, second), holder)
		mustUpdate(t.T, first, keyOf(holder), func(r *account.Record) { *r = withLogin("a", way, "changed") })
		checkHolder(t, way+" that was changed", adder(t, second).Add(t.Context(), withLogin("b", way, "changed")), withLogin("a", way, "changed"))
		if err := adder(t, second).Add(t.Context(), again); err != nil {
			t.Errorf("Add of a login that no account has any more, by %s: %v", way, err)
		}
		for _, id := range []string{"a", "b"} {
			if err := first.Remove(t.Context(), persistence.Key{Provider: Provider, ID: id}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func checkHolder(t trial, way string, err error, want account.Record) {
	t.Helper()
	var known *persistence.KnownLoginError
	if !errors.As(err, &known) {
		t.Fatalf("Add of a login that is stored, by %s: %v, want a *KnownLoginError", way, err)
	}
	same(t.T, known.Holder, want)
}

// addOfAKnownID is Add where Create fails.
func addOfAKnownID(t trial) {
	_, want := stored(t.T, t.store, "a")
	for _, again := range []account.Record{want, withLogin("a", "identity", "another")} {
		if err := adder(t, t.store).Add(t.Context(), again); !errors.Is(err, persistence.ErrExists) {
			t.Errorf("Add of a known id: %v, want ErrExists", err)
		}
	}
	same(t.T, only(t.T, t.store), want)
	other := want
	other.Provider = "other"
	if err := adder(t, t.store).Add(t.Context(), other); err != nil {
		t.Errorf("Add of the login to another provider: %v", err)
	}
}

// addedAtOnce has many callers add each login under ids of their own.
func addedAtOnce(t trial) {
	users := []persistence.Store{t.store}
	if t.other != nil {
		users = append(users, t.other)
	}
	var added atomic.Int64
	together(func(caller, round int) {
		way, login := ways()[round%len(ways())], fmt.Sprintf("login %d", round)
		rec := withLogin(fmt.Sprintf("a%d-%d", caller, round), way, login)
		err := adder(t, users[caller%len(users)]).Add(t.Context(), rec)
		var known *persistence.KnownLoginError
		switch {
		case err == nil:
			added.Add(1)
		case !errors.As(err, &known):
			t.Errorf("Add: %v", err)
		}
	})
	if n := len(load(t.T, t.store).Accounts); n != rounds || added.Load() != rounds {
		t.Errorf("%d logins were added as %d accounts, and %d are stored", rounds, added.Load(), n)
	}
}
