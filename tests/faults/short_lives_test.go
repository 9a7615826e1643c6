package faults_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// shortLived makes the provider's tokens live that long, from when they were
// asked for, and each exchange take a while.
func shortLived(p *rig.Provider, life, takes time.Duration) {
	p.OnRefresh = func(context.Context, account.Credentials) (account.Grant, error) {
		n := p.Refreshes()
		ends := time.Now().Add(life)
		time.Sleep(takes)
		return account.Grant{
			AccessToken:  account.NewSecret(fmt.Sprintf("access-%d", n)),
			RefreshToken: account.NewSecret(fmt.Sprintf("refresh-%d", n)), ExpiresAt: ends,
		}, nil
	}
}

// However short tokens live, they serve, and there is no exchange for each
// request.
func TestShortLivedTokensServe(t *testing.T) {
	for life, most := range map[time.Duration]int{
		5 * time.Minute: 1, time.Minute: 3, 30 * time.Second: 6, 10 * time.Second: 17, 2 * time.Second: 81,
		time.Second: 121, 100 * time.Millisecond: 121, time.Nanosecond: 121, -time.Hour: 1,
	} {
		t.Run(life.String(), func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				p := rig.NewProvider()
				shortLived(p, life, time.Millisecond)
				_, pool := rig.OpenPlain(t, p, rig.Settings())
				rig.Add(t, pool, rig.Stale("a"))
				client := &http.Client{Transport: pool.Transport(&rig.Wire{})}
				for begun := time.Now(); time.Since(begun) < 2*time.Minute; {
					rig.MustAsk(t, client, rig.PlainURL)
					time.Sleep(20 * time.Millisecond)
				}
				if n := p.Refreshes(); n > most {
					t.Errorf("%d exchanges in two minutes, want %d at most", n, most)
				}
			})
		})
	}
}

// A token that ends while it is on its way serves everybody who waited for it.
func TestTokenGrantedJustNowServesWhoWaited(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		p := rig.NewProvider()
		shortLived(p, 2*time.Second, 10*time.Second)
		_, pool := rig.OpenPlain(t, p, rig.Settings())
		rig.Add(t, pool, rig.Stale("a"))
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() {
				lease, err := pool.Acquire(t.Context(), multiaccount.Request{})
				if err != nil {
					t.Errorf("a caller was refused: %v", err)
					return
				}
				lease.Done(multiaccount.Outcome{Status: http.StatusOK})
			})
		}
		callers.Wait()
		if n := p.Refreshes(); n != 1 {
			t.Errorf("%d exchanges", n)
		}
	})
}

// Nobody refreshes for callers that have left. What the engine that waits for
// its turn finds has ended, and the callers it waited for are gone.
func TestCallersThatLeftAreNotRefreshedFor(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		p, store := rig.NewProvider(), persistence.NewMemory()
		shortLived(p, 2*time.Second, 10*time.Second)
		_, first := rig.OpenStore(t, p, rig.Settings(), store)
		id := rig.Add(t, first, rig.Stale("a"))
		_, second := rig.OpenStore(t, p, rig.Settings(), store)
		var callers sync.WaitGroup
		defer callers.Wait()
		callers.Go(func() { rig.Must(t, first.Refresh(t.Context(), id)) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := second.Acquire(ctx, multiaccount.Request{}); err == nil {
			t.Error("a token came before it was granted")
		}
		time.Sleep(time.Minute)
		if n := p.Refreshes(); n != 1 {
			t.Errorf("%d exchanges", n)
		}
	})
}

// Ahead of time, a token is refreshed in the second half of its life: one that
// lives no longer than the look ahead is not refreshed by each look.
func TestShortLivedTokensAheadOfTime(t *testing.T) {
	for life, most := range map[time.Duration]int{time.Hour: 3, 20 * time.Minute: 7, 10 * time.Minute: 13} {
		t.Run(life.String(), func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				p := rig.NewProvider()
				shortLived(p, life, time.Millisecond)
				s := rig.Settings()
				s.ProactiveRefresh, s.ProactiveRefreshInterval = true, settings.Default().ProactiveRefreshInterval
				_, pool := rig.OpenPlain(t, p, s)
				id := rig.Add(t, pool, rig.Stale("a"))
				time.Sleep(time.Hour)
				if n := p.Refreshes(); n < 1 || n > most {
					t.Errorf("%d exchanges in an hour, want %d at most", n, most)
				}
				if ends := rig.Status(t, pool, id).ExpiresAt; !ends.After(time.Now()) {
					t.Errorf("the token ended %v ago", time.Since(ends))
				}
			})
		})
	}
}
