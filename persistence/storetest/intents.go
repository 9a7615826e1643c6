package storetest

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func intentOf(t trial, l persistence.Locked) *account.Intent {
	t.Helper()
	i, err := l.Intent()
	if err != nil {
		t.Fatalf("Intent: %v", err)
	}
	return i
}

func intend(t trial, l persistence.Locked) account.Intent {
	t.Helper()
	rec := l.Record()
	at := time.Now().Round(time.Second).UTC()
	i := account.Intent{
		Token: rec.Credentials.RefreshToken.Fingerprint(), At: at, Process: 4711, SentAt: at.Add(time.Minute), Again: true, Ended: true,
	}
	if err := l.Intend(i); err != nil {
		t.Fatalf("Intend: %v", err)
	}
	return i
}

// intentOutlivesHolder: the next holder of the lock gets the intent of an
// exchange that nobody finished.
func intentOutlivesHolder(t trial) {
	key, _ := stored(t.T, t.store, "a")
	l := locked(t.T, t.store, key)
	if i := intentOf(t, l); i != nil {
		t.Fatalf("a new account has the intent %+v", i)
	}
	want := intend(t, l)
	unlock(t.T, l)
	next := t.store
	if t.other != nil {
		next = t.other
	}
	l = locked(t.T, next, key)
	got := intentOf(t, l)
	if got == nil || *got != want {
		t.Fatalf("the next holder finds %+v, want %+v", got, want)
	}
	if err := l.Settle(); err != nil {
		t.Fatal(err)
	}
	unlock(t.T, l)
	if i := intentOf(t, locked(t.T, t.store, key)); i != nil {
		t.Errorf("a settled intent is still there: %+v", i)
	}
}

// intentEndsWithItsToken: an intent for a token that was replaced since does not
// count for the token that is stored now.
func intentEndsWithItsToken(t trial) {
	key, _ := stored(t.T, t.store, "a")
	l := locked(t.T, t.store, key)
	intend(t, l)
	if _, err := l.Update(t.Context(), func(r *account.Record) {
		r.Credentials.RefreshToken = account.NewSecret("the next one")
	}); err != nil {
		t.Fatal(err)
	}
	unlock(t.T, l)
	if i := intentOf(t, locked(t.T, t.store, key)); i != nil {
		t.Errorf("the intent of a replaced token: %+v", i)
	}
}

// intentGoesWithItsAccount: an account that is added again under the same id does
// not get the old intent.
func intentGoesWithItsAccount(t trial) {
	key, rec := stored(t.T, t.store, "a")
	l := locked(t.T, t.store, key)
	intend(t, l)
	unlock(t.T, l)
	if err := t.store.Remove(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if err := t.store.Create(t.Context(), rec); err != nil {
		t.Fatal(err)
	}
	if i := intentOf(t, locked(t.T, t.store, key)); i != nil {
		t.Errorf("a new account has the intent %+v", i)
	}
}
