package multiaccount_test

import (
	"errors"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
)

func TestConfirmReadsTheStore(t *testing.T) {
	dir := t.TempDir()
	open := func() (*multiaccount.Engine, *multiaccount.Pool) {
		eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
			Dir: dir, Providers: []providers.Provider{anthropic.New(anthropic.Options{})},
		})
		if err != nil {
			t.Fatal(err)
		}
		pool, err := eng.Pool("anthropic")
		if err != nil {
			t.Fatal(err)
		}
		return eng, pool
	}
	eng, pool := open()
	other, theirs := open()
	defer func() { _ = other.Close(t.Context()) }() // another process, as it were
	login := multiaccount.NewAccount{Subject: "s", AccessToken: "at", RefreshToken: "rt", Scopes: []string{"a"}}
	key := multiaccount.NewAccount{APIKey: "key"}
	for _, a := range []multiaccount.NewAccount{login, key} {
		id, err := pool.Add(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		if err := pool.CheckStored(t.Context(), id, a); err != nil {
			t.Errorf("what was added does not read back: %v", err)
		}
		if err := pool.Confirm(t.Context(), id, a); err != nil {
			t.Errorf("by the name of old: %v", err)
		}
		if err := theirs.CheckStored(t.Context(), id, a); err != nil {
			t.Errorf("another engine does not find it: %v", err)
		}
		changed := a
		if changed.RefreshToken += "2"; a.APIKey != "" {
			changed.RefreshToken, changed.APIKey = "", "key2"
		}
		if err := pool.CheckStored(t.Context(), id, changed); !errors.Is(err, multiaccount.ErrOtherLogin) {
			t.Errorf("another login: %v", err)
		}
		if err := pool.Remove(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := pool.CheckStored(t.Context(), id, a); !errors.Is(err, multiaccount.ErrUnknownAccount) {
			t.Errorf("an account that is gone: %v", err)
		}
	}
	if err := eng.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := pool.CheckStored(t.Context(), "id", key); !errors.Is(err, multiaccount.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}
