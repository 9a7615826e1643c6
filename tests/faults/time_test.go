package faults_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

var errDown = &providers.RefreshError{Provider: rig.Plain, Status: http.StatusBadGateway}

// failing is a token endpoint that is down for the first n exchanges; a
// negative n means for ever. It keeps the times at which it was asked.
type failing struct {
	mu    sync.Mutex
	n     int
	times []time.Time
}

func (f *failing) refresh(context.Context, account.Credentials) (account.Grant, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.times = append(f.times, time.Now())
	if f.n < 0 || len(f.times) <= f.n {
		return account.Grant{}, errDown
	}
	return rig.Grant(len(f.times)), nil
}

// A caller that may wait gets its token as soon as the endpoint is back.
func TestCallerWaitsForTokenEndpoint(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		f, p := &failing{n: 2}, rig.NewProvider()
		p.OnRefresh = f.refresh
		s := rig.Settings()
		s.MaxWait = time.Minute
		_, pool := rig.OpenPlain(t, p, s)
		rig.Add(t, pool, rig.Stale("a"))
		began := time.Now()
		_, err := serve(t.Context(), pool)
		if waited := time.Since(began); err != nil || waited < 7500*time.Millisecond || waited > 15*time.Second {
			t.Errorf("%v after %v, want a token after 5 s and 10 s, each times a half to one", err, waited)
		}
	})
}

func TestRefreshBacksOff(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		f, p := &failing{n: -1}, rig.NewProvider()
		p.OnRefresh = f.refresh
		_, pool := rig.OpenPlain(t, p, rig.Settings())
		rig.Add(t, pool, rig.Stale("a"))
		for end := time.Now().Add(30 * time.Minute); time.Now().Before(end); time.Sleep(time.Second) {
			if _, err := serve(t.Context(), pool); err == nil {
				t.Fatal("served without a token")
			}
		}
		// The test looks once a second.
		for i, most := 1, 5*time.Second; i < len(f.times); i, most = i+1, min(2*most, 5*time.Minute) {
			if pause := f.times[i].Sub(f.times[i-1]); pause < most/2 || pause > most+time.Second {
				t.Errorf("pause %d is %v, want %v to %v", i, pause, most/2, most)
			}
		}
		if n := len(f.times); n < 10 || n > 20 {
			t.Errorf("%d exchanges within half an hour", n)
		}
	})
}

// An exchange may take as long as the provider says, whoever waits for it.
func TestExchangeThatHangsIsGivenUp(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		p := rig.NewProvider()
		p.OnRefresh = func(ctx context.Context, _ account.Credentials) (account.Grant, error) {
			<-ctx.Done()
			return account.Grant{}, &providers.RefreshError{Provider: rig.Plain, Err: ctx.Err()}
		}
		_, pool := rig.OpenPlain(t, p, rig.Settings())
		id := rig.Add(t, pool, rig.Stale("a"))
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := serve(ctx, pool); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("a caller with a second of patience got %v after %v", err, time.Since(began))
		}
		if err := pool.Refresh(t.Context(), id); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != p.RefreshTimeout() {
			t.Errorf("who waits on got %v after %v", err, time.Since(began))
		}
		if n := p.Refreshes(); n != 1 {
			t.Errorf("%d exchanges", n)
		}
		checkIdle(t, pool)
	})
}

// seed stores an account as an earlier run left it.
func seed(t *testing.T, store persistence.Store, name string, change func(*account.Record)) string {
	t.Helper()
	login := rig.Login(name)
	rec := account.Record{
		ID: "id-" + name, Provider: rig.Plain, Label: name, Subject: name, Kind: account.OAuth, Lineage: account.Owned,
		Credentials: account.Credentials{
			AccessToken: account.NewSecret(login.AccessToken), RefreshToken: account.NewSecret(login.RefreshToken),
			ExpiresAt: login.ExpiresAt,
		},
		Generation: 1, Enabled: true, Weight: 1, AddedAt: time.Now(),
	}
	change(&rec)
	rig.Must(t, store.Create(t.Context(), rec))
	return rec.ID
}

func expiresIn(d time.Duration) func(*account.Record) {
	return func(r *account.Record) { r.Credentials.ExpiresAt = time.Now().Add(d) }
}

// Tokens are renewed before anybody needs them: first 5 s after the start,
// then every 300 s, those that end within 1 800 s, and those that have ended.
func TestProactiveRefresh(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		store, p := persistence.NewMemory(), rig.NewProvider()
		due := map[string]string{
			"ended":  seed(t, store, "ended", expiresIn(-time.Hour)),
			"ending": seed(t, store, "ending", expiresIn(29*time.Minute)),
			"limited": seed(t, store, "limited", func(r *account.Record) {
				expiresIn(time.Minute)(r)
				r.Limits = []account.Limit{{Scope: account.ScopeAccount, Reason: "5h", SeenAt: time.Now(), Until: time.Now().Add(time.Hour)}}
			}),
		}
		later := seed(t, store, "later", expiresIn(32*time.Minute))
		never := map[string]string{
			"fresh": seed(t, store, "fresh", expiresIn(2*time.Hour)),
			"linked": seed(t, store, "linked", func(r *account.Record) {
				expiresIn(-time.Minute)(r)
				r.Lineage = account.Linked
			}),
			"switched off": seed(t, store, "off", func(r *account.Record) {
				expiresIn(-time.Minute)(r)
				r.Enabled = false
			}),
			"without refresh token": seed(t, store, "bare", func(r *account.Record) {
				expiresIn(time.Minute)(r)
				r.Credentials.RefreshToken = account.Secret{}
			}),
		}
		_, pool := rig.OpenStore(t, p, settings.Default(), store)
		time.Sleep(4 * time.Second)
		synctest.Wait()
		if n := p.Refreshes(); n != 0 {
			t.Errorf("%d exchanges within 4 s", n)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		checkGenerations(t, pool, due, 2)
		checkGenerations(t, pool, map[string]string{"later": later}, 1)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		checkGenerations(t, pool, map[string]string{"later": later}, 2)
		checkGenerations(t, pool, never, 1)
	})
}

// A login that belongs to another program is used while its token lives, and
// never refreshed: not ahead of time, on demand, nor when upstream refuses it.
func TestLinkedLoginIsNeverRefreshed(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		store, p, wire := persistence.NewMemory(), rig.NewProvider(), &rig.Wire{}
		id := seed(t, store, "linked", func(r *account.Record) { r.Lineage = account.Linked })
		_, pool := rig.OpenStore(t, p, settings.Default(), store)
		client := &http.Client{Transport: pool.Transport(wire)}
		rig.MustAsk(t, client, rig.PlainURL)
		wire.Next("access-linked", http.StatusUnauthorized, http.StatusUnauthorized)
		if answer, err := rig.Ask(t.Context(), client, rig.PlainURL); err == nil && answer.Status != http.StatusUnauthorized {
			t.Errorf("status %d, %v", answer.Status, err)
		}
		var reauth *multiaccount.ReauthRequiredError
		if err := pool.Refresh(t.Context(), id); !errors.As(err, &reauth) || reauth.AccountID != id {
			t.Errorf("Refresh: %v, want that another program has to", err)
		}
		time.Sleep(2 * time.Hour)
		if _, err := serve(t.Context(), pool); err == nil {
			t.Error("served with a token that has ended")
		}
		if n := p.Refreshes(); n != 0 {
			t.Errorf("%d exchanges", n)
		}
	})
}

func checkGenerations(t *testing.T, pool *multiaccount.Pool, ids map[string]string, want uint64) {
	t.Helper()
	for name, id := range ids {
		if got := rig.Status(t, pool, id).Generation; got != want {
			t.Errorf("%s: generation %d, want %d", name, got, want)
		}
	}
}

// Three at a time, and what fails or hangs keeps none of the others.
func TestProactiveRefreshIsBounded(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		const accounts = 10
		store, p := persistence.NewMemory(), rig.NewProvider()
		for i := range accounts {
			seed(t, store, string(rune('a'+i)), expiresIn(time.Minute))
		}
		var now, peak atomic.Int64
		p.OnRefresh = func(context.Context, account.Credentials) (account.Grant, error) {
			if n := now.Add(1); n > peak.Load() {
				peak.Store(n)
			}
			defer now.Add(-1)
			time.Sleep(time.Second)
			if p.Refreshes()%2 == 0 {
				return account.Grant{}, errDown
			}
			return rig.Grant(p.Refreshes()), nil
		}
		rig.OpenStore(t, p, settings.Default(), store)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if n := p.Refreshes(); n != accounts {
			t.Errorf("%d exchanges for %d accounts", n, accounts)
		}
		if peak.Load() != 3 {
			t.Errorf("%d exchanges at once, want 3", peak.Load())
		}
	})
}

// Nobody waits longer than max_wait, nor for a limit that ends after it.
func TestMaxWait(t *testing.T) {
	for name, test := range map[string]struct {
		limit  time.Duration
		waited time.Duration
		served bool
	}{
		"ends in time":  {limit: 29 * time.Second, waited: 29 * time.Second, served: true},
		"ends too late": {limit: 31 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				s := rig.Settings()
				s.MaxWait, s.RateLimitMinBackoff = 30*time.Second, 0
				_, pool := rig.OpenPlain(t, rig.NewProvider(), s)
				rig.Add(t, pool, rig.Login("a"))
				end := http.Header{"Retry-After": {strconv.Itoa(int(test.limit.Seconds()))}}
				acquire(t, pool, multiaccount.Request{}).Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: end})
				synctest.Wait()
				began := time.Now()
				_, err := serve(t.Context(), pool)
				if waited := time.Since(began); waited != test.waited || (err == nil) != test.served {
					t.Errorf("%v after %v", err, waited)
				}
			})
		})
	}
}

// What fails again and again, however long max_wait is, ends in an error once
// a request has waited for that long in all.
func TestMaxWaitIsForAllWaitsTogether(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		f, p := &failing{n: -1}, rig.NewProvider()
		p.OnRefresh = f.refresh
		s := rig.Settings()
		s.MaxWait = time.Hour
		_, pool := rig.OpenPlain(t, p, s)
		rig.Add(t, pool, rig.Stale("a"))
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		began := time.Now()
		_, err := serve(ctx, pool)
		var limited *multiaccount.AllAccountsLimitedError
		if waited := time.Since(began); !errors.As(err, &limited) || waited > s.MaxWait || waited < s.MaxWait/2 {
			t.Errorf("%v after %v, want *AllAccountsLimitedError within an hour", err, waited)
		}
	})
}

// Whoever waits leaves when its own context ends, and leaves nothing behind.
func TestWaitingCallersLeave(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		s := rig.Settings()
		s.MaxWait = time.Hour
		_, pool := rig.OpenPlain(t, rig.NewProvider(), s)
		id := rig.Add(t, pool, rig.Login("a"))
		acquire(t, pool, multiaccount.Request{}).Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"60"}}})
		synctest.Wait()
		var callers sync.WaitGroup
		for i := range 20 {
			callers.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*time.Second)
				defer cancel()
				began := time.Now()
				if _, err := serve(ctx, pool); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Duration(i+1)*time.Second {
					t.Errorf("caller %d: %v after %v", i, err, time.Since(began))
				}
			})
		}
		callers.Wait()
		time.Sleep(time.Minute)
		if served, err := serve(t.Context(), pool); err != nil || served != id {
			t.Errorf("after the limit: %v", err)
		}
		synctest.Wait()
		checkIdle(t, pool)
	})
}
