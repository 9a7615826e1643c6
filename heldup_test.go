package multiaccount_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
)

// impatient are quiet settings with which no request waits for a limit's end.
func impatient() settings.Settings {
	s := quiet()
	s.MaxWait = 0
	return s
}

// acquired returns the account that serves r, and after how long.
func acquired(t *testing.T, pool *multiaccount.Pool, r multiaccount.Request) (id string, after time.Duration) {
	t.Helper()
	began := time.Now()
	lease := acquire(t, pool, r)
	lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	return lease.AccountID(), time.Since(began)
}

// lockOf takes an account's lock, as another process does.
func lockOf(t *testing.T, store persistence.Store, id string) (unlock func()) {
	t.Helper()
	locked, err := store.Lock(t.Context(), persistence.Key{Provider: "plain", ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := locked.Unlock(); err != nil {
			t.Error(err)
		}
	}
}

// A lock that a stopped process holds costs one request a moment; those after
// it go elsewhere at once. Who wants this account alone waits for it.
func TestLockThatIsHeldElsewhere(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		store := persistence.NewMemory()
		pool := openInterrupted(t, &plainProvider{}, store, impatient())
		held, other := add(t, pool, "held", expired), add(t, pool, "other")
		unlock := lockOf(t, store, held)
		for i, most := range []time.Duration{2 * time.Second, 0, 0} {
			if id, after := acquired(t, pool, multiaccount.Request{}); id != other || after > most {
				t.Errorf("request %d was served by %s after %v", i, id, after)
			}
		}
		time.AfterFunc(10*time.Second, unlock)
		if id, after := acquired(t, pool, multiaccount.Request{Account: held}); id != held || after != 10*time.Second {
			t.Errorf("a pinned request was served by %s after %v", id, after)
		}
	})
}

// Where no other account can serve, a request waits as long as the lock is
// waited for.
func TestLockThatIsHeldElsewhereWithoutAnotherAccount(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		store := persistence.NewMemory()
		p := &plainProvider{}
		pool := openInterrupted(t, p, store, impatient())
		held := add(t, pool, "held", expired)
		unlock := lockOf(t, store, held)
		time.AfterFunc(20*time.Second, unlock)
		if id, after := acquired(t, pool, multiaccount.Request{}); id != held || after != 20*time.Second {
			t.Errorf("served by %s after %v", id, after)
		}
		if n := p.refreshes.Load(); n != 1 {
			t.Errorf("%d exchanges", n)
		}
	})
}

// The request of a process that died a moment ago may still arrive. Others
// serve meanwhile, and its token is tried when that cannot be any more.
func TestInterruptedAMomentAgo(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &plainProvider{refresh: refuse}
		pool := openInterrupted(t, p, interrupted(t, -time.Hour), impatient())
		lost := benchRecord(1).ID
		other := add(t, pool, "other")
		began := time.Now()
		for range 3 {
			if id, after := acquired(t, pool, multiaccount.Request{}); id != other || after != 0 {
				t.Errorf("served by %s after %v", id, after)
			}
		}
		if n := p.refreshes.Load(); n != 0 {
			t.Fatalf("%d exchanges of a token that may be on its way", n)
		}
		_, err := pool.Acquire(t.Context(), multiaccount.Request{Account: lost})
		var reauth *multiaccount.ReauthRequiredError
		if !errors.As(err, &reauth) || time.Since(began) != p.RefreshTimeout() || p.refreshes.Load() != 1 {
			t.Errorf("%v after %v and %d exchanges", err, time.Since(began), p.refreshes.Load())
		}
		if status := statusOf(t, pool, lost); status.State != multiaccount.StateLoginLost {
			t.Errorf("%s: %s", status.State, status.Reason)
		}
	})
}

// Who has no other account waits, but no longer than its context allows.
func TestInterruptedAMomentAgoWithoutAnotherAccount(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &plainProvider{}
		pool := openInterrupted(t, p, interrupted(t, -time.Hour), impatient())
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := pool.Acquire(ctx, multiaccount.Request{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if _, after := acquired(t, pool, multiaccount.Request{}); after != 10*time.Second {
			t.Errorf("served after %v more", after)
		}
		if n := p.refreshes.Load(); n != 1 {
			t.Errorf("%d exchanges", n)
		}
	})
}

// The owner's own wish does not wait.
func TestInterruptedAMomentAgoAtTheOwnersWish(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		began := time.Now()
		pool := openInterrupted(t, &plainProvider{}, interrupted(t, -time.Hour), quiet())
		if err := pool.Refresh(t.Context(), benchRecord(1).ID); err != nil || time.Since(began) != 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// What an exchange proved decides what a later refusal means.
func TestRefusalAfterAFailure(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for name, test := range map[string]struct {
		failed providers.RefreshError
		want   multiaccount.State
	}{
		"a page":        {providers.RefreshError{Status: http.StatusForbidden}, multiaccount.StateLoginLost},
		"a fault":       {providers.RefreshError{Status: http.StatusBadGateway}, multiaccount.StateLoginLost},
		"no answer":     {providers.RefreshError{Err: errors.New("reset")}, multiaccount.StateLoginLost},
		"a code":        {providers.RefreshError{Status: http.StatusTooManyRequests, Code: "slow_down"}, multiaccount.StateReauth},
		"no connection": {providers.RefreshError{Err: dial}, multiaccount.StateReauth},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				answers := []error{&test.failed, &providers.RefreshError{Err: dial}}
				p := &plainProvider{refresh: func(ctx context.Context, creds account.Credentials) (account.Grant, error) {
					if len(answers) == 0 {
						return refuse(ctx, creds)
					}
					err := answers[0]
					answers = answers[1:]
					return account.Grant{}, err
				}}
				_, pool := openPlain(t, p, impatient())
				id := add(t, pool, "a", expired)
				for range 3 {
					_ = pool.Refresh(t.Context(), id)
				}
				if status := statusOf(t, pool, id); status.State != test.want {
					t.Errorf("%s: %s; want %s", status.State, status.Reason, test.want)
				}
			})
		})
	}
}

// A refresh token that was refused for good is not sent again, by no wish but
// its owner's, who clears the fault. The last account is kept for its access
// token, which works to its end.
func TestRefusedTokenIsNotSentAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &plainProvider{refresh: refuse}
		_, pool := openPlain(t, p, settings.Default())
		id := add(t, pool, "a", func(a *multiaccount.NewAccount) { a.ExpiresAt = time.Now().Add(20 * time.Minute) })
		for range 19 {
			time.Sleep(time.Minute) // the refresher looks several times
			acquired(t, pool, multiaccount.Request{})
		}
		if status := statusOf(t, pool, id); status.State != multiaccount.StateReauth {
			t.Errorf("%s: %s", status.State, status.Reason)
		}
		var reauth *multiaccount.ReauthRequiredError
		for range 60 {
			time.Sleep(2 * time.Minute)
			if _, err := pool.Acquire(t.Context(), multiaccount.Request{}); !errors.As(err, &reauth) || !reauth.RetryAt.IsZero() {
				t.Fatalf("error %v, tried again at %v", err, reauth.RetryAt)
			}
		}
		if err := pool.Refresh(t.Context(), id); !errors.As(err, &reauth) {
			t.Errorf("Refresh: %v", err)
		}
		if n := p.refreshes.Load(); n != 1 {
			t.Fatalf("a refused token was sent %d times", n)
		}
		if err := pool.SetEnabled(t.Context(), id, true); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := pool.Acquire(t.Context(), multiaccount.Request{}); !errors.As(err, &reauth) {
				t.Errorf("once its owner wishes: %v", err)
			}
		}
		if n := p.refreshes.Load(); n != 2 {
			t.Errorf("a token whose owner had it tried once more was sent %d times", n)
		}
	})
}

// A login that is lost says so, whoever tries it, and however often.
func TestLostLoginOfManyEngines(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		store, id := interrupted(t, -time.Hour), benchRecord(1).ID
		p := &plainProvider{refresh: refuse}
		var pools []*multiaccount.Pool
		for range 5 {
			pools = append(pools, openInterrupted(t, p, store, impatient()))
		}
		done := make(chan error)
		for _, pool := range pools {
			go func() { done <- pool.Refresh(t.Context(), id) }()
			go func() {
				_, err := pool.Acquire(t.Context(), multiaccount.Request{})
				done <- err
			}()
		}
		for range 2 * len(pools) {
			var reauth *multiaccount.ReauthRequiredError
			if err := <-done; !errors.As(err, &reauth) {
				t.Errorf("error %v", err)
			}
		}
		if n := p.refreshes.Load(); n != 1 {
			t.Errorf("a spent token was sent %d times more", n)
		}
		if err := pools[0].SetEnabled(t.Context(), id, true); err != nil {
			t.Fatal(err)
		}
		for _, pool := range pools {
			_ = pool.Refresh(t.Context(), id)
			if status := statusOf(t, pool, id); status.State != multiaccount.StateLoginLost {
				t.Errorf("after its owner had it tried once more, it is %s: %s", status.State, status.Reason)
			}
		}
		if n := p.refreshes.Load(); n != 2 {
			t.Errorf("a spent token was sent %d times more", n)
		}
	})
}

// A token that two processes died sending is not sent a third time.
func TestTokenSentTwice(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		store, rec := interrupted(t, -time.Hour), benchRecord(1)
		key := persistence.Key{Provider: rec.Provider, ID: rec.ID}
		locked, err := store.Lock(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		found, err := locked.Intent()
		if err != nil {
			t.Fatal(err)
		}
		if err := locked.Intend(found.Repeat(time.Now())); err != nil {
			t.Fatal(err)
		}
		if err := locked.Unlock(); err != nil {
			t.Fatal(err)
		}
		p := &plainProvider{}
		pool := openInterrupted(t, p, store, impatient())
		if err := pool.Refresh(t.Context(), rec.ID); err == nil || p.refreshes.Load() != 0 {
			t.Errorf("%v after %d exchanges", err, p.refreshes.Load())
		}
		if status := statusOf(t, pool, rec.ID); status.State != multiaccount.StateLoginLost {
			t.Errorf("%s: %s", status.State, status.Reason)
		}
	})
}
