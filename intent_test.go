package multiaccount_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
)

// interrupted returns a store as a process leaves it that was killed between
// spending a refresh token and saving the next one.
func interrupted(t *testing.T, expiresIn time.Duration) persistence.Store {
	t.Helper()
	store := persistence.NewMemory()
	rec := benchRecord(1)
	rec.Credentials.ExpiresAt = time.Now().Add(expiresIn)
	if err := store.Create(t.Context(), rec); err != nil {
		t.Fatal(err)
	}
	locked, err := store.Lock(t.Context(), persistence.Key{Provider: rec.Provider, ID: rec.ID})
	if err != nil {
		t.Fatal(err)
	}
	if err := locked.Intend(account.Intent{Token: rec.Credentials.RefreshToken.Fingerprint(), At: time.Now(), Process: 4711}); err != nil {
		t.Fatal(err)
	}
	if err := locked.Unlock(); err != nil {
		t.Fatal(err)
	}
	return store
}

func openInterrupted(t *testing.T, p *plainProvider, store persistence.Store, s settings.Settings) *multiaccount.Pool {
	t.Helper()
	p.name = "plain"
	return poolOf(t, open(t, multiaccount.Config{Providers: []providers.Provider{p}, Settings: s, Store: store}), "plain")
}

func refuse(context.Context, account.Credentials) (account.Grant, error) {
	return account.Grant{}, &providers.RefreshError{Provider: "plain", Status: http.StatusBadRequest, Code: "invalid_grant", Terminal: true}
}

// While its access token lives, a refresh token that may be spent is left alone.
func TestInterruptedExchangeIsNotRepeatedAheadOfTime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &plainProvider{refresh: refuse}
		pool := openInterrupted(t, p, interrupted(t, 20*time.Minute), settings.Default())
		time.Sleep(15 * time.Minute) // the refresher looks several times
		acquire(t, pool, multiaccount.Request{}).Done(multiaccount.Outcome{Status: http.StatusOK})
		if n := p.refreshes.Load(); n != 0 {
			t.Errorf("%d exchanges of a token that may be spent", n)
		}
	})
}

// The last seconds of the access token are lived on, too.
func TestInterruptedExchangeIsNotRepeatedWhileTheTokenLives(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &plainProvider{refresh: refuse}
		pool := openInterrupted(t, p, interrupted(t, 50*time.Second), quiet())
		for range 3 {
			acquire(t, pool, multiaccount.Request{}).Done(multiaccount.Outcome{Status: http.StatusOK})
		}
		if n := p.refreshes.Load(); n != 0 {
			t.Errorf("%d exchanges of a token that may be spent", n)
		}
	})
}

// When a refresh cannot be avoided it is tried, once; and when the token was
// spent, the login is lost and says why.
func TestLoginLost(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &plainProvider{refresh: refuse}
		pool := openInterrupted(t, p, interrupted(t, -time.Hour), quiet())
		_, err := pool.Acquire(t.Context(), multiaccount.Request{})
		var reauth *multiaccount.ReauthRequiredError
		if !errors.As(err, &reauth) || !strings.Contains(reauth.Reason, "process 4711") {
			t.Errorf("error %v, want one that says what happened", err)
		}
		all, err := pool.Accounts(t.Context())
		if err != nil || len(all) != 1 || all[0].State != multiaccount.StateLoginLost || !strings.Contains(all[0].Reason, "log in again") {
			t.Errorf("status %+v, %v", all, err)
		}
		if n := p.refreshes.Load(); n != 1 {
			t.Errorf("%d exchanges", n)
		}
	})
}

// A token that was not spent after all works, and nothing of the interruption
// is left.
func TestInterruptedBeforeSpending(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		store := interrupted(t, -time.Hour)
		pool := openInterrupted(t, &plainProvider{}, store, quiet())
		acquire(t, pool, multiaccount.Request{}).Done(multiaccount.Outcome{Status: http.StatusOK})
		locked, err := store.Lock(t.Context(), persistence.Key{Provider: "plain", ID: benchRecord(1).ID})
		if err != nil {
			t.Fatal(err)
		}
		if left, err := locked.Intent(); left != nil || err != nil {
			t.Errorf("intent left: %+v, %v", left, err)
		}
		if err := locked.Unlock(); err != nil {
			t.Error(err)
		}
	})
}
