package faults_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// moody is a strategy that panics on demand, and else takes the first.
type moody struct{ panics atomic.Bool }

func (m *moody) Pick([]policy.Candidate, policy.Request, time.Time) int {
	if m.panics.Load() {
		panic("the host's strategy is broken")
	}
	return 0
}

func openMoody(t *testing.T, p *rig.Provider, m *moody) *multiaccount.Pool {
	t.Helper()
	s := rig.Settings()
	s.MaxWait = time.Minute
	eng := rig.Open(t, multiaccount.Config{
		Providers: []providers.Provider{p}, Settings: s, Store: persistence.NewMemory(), Strategy: m,
	})
	return rig.Pool(t, eng, rig.Plain)
}

func checkFault(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil || errors.Is(err, multiaccount.ErrClosed) || errors.Is(err, multiaccount.ErrUnknownAccount) {
		t.Errorf("%s: %v, want an error that speaks of a fault", what, err)
	}
}

// A strategy that panics costs the request that it was asked for.
func TestStrategyPanics(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		m := &moody{}
		pool := openMoody(t, rig.NewProvider(), m)
		ids := []string{rig.Add(t, pool, rig.Login("a")), rig.Add(t, pool, rig.Login("b"))}
		under := acquire(t, pool, multiaccount.Request{})
		m.panics.Store(true)
		for range 3 {
			_, err := serve(t.Context(), pool)
			checkFault(t, "the asker", err)
		}
		m.panics.Store(false)
		if served, err := serve(t.Context(), pool); err != nil || served != ids[0] {
			t.Errorf("the next request: %s, %v", served, err)
		}
		under.Done(multiaccount.Outcome{Status: http.StatusOK})
		rig.Must(t, pool.Rename(t.Context(), ids[1], "renamed"))
		all, err := pool.Accounts(t.Context())
		rig.Must(t, err)
		if len(all) != 2 || all[0].ID != ids[0] || all[1].Label != "renamed" {
			t.Errorf("accounts %+v", all)
		}
		synctest.Wait()
		checkIdle(t, pool)
	})
}

// A strategy may also panic when it is asked again for requests that wait:
// that costs those, and nothing that is under way.
func TestStrategyPanicsForWaitingRequests(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		m, release := &moody{}, make(chan struct{})
		p := rig.NewProvider()
		p.OnRefresh = func(context.Context, account.Credentials) (account.Grant, error) {
			<-release
			return rig.Grant(1), nil
		}
		pool := openMoody(t, p, m)
		stale := rig.Add(t, pool, rig.Stale("stale"))
		rig.Must(t, pool.SetEnabled(t.Context(), stale, false))
		busy := rig.Login("busy")
		busy.MaxInFlight = 1
		rig.Add(t, pool, busy)
		under := acquire(t, pool, multiaccount.Request{}) // takes the only place
		waiting, refreshing := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := serve(context.Background(), pool)
			waiting <- err
		}()
		go func() { refreshing <- pool.Refresh(context.Background(), stale) }()
		synctest.Wait()

		m.panics.Store(true)
		rig.Must(t, pool.SetEnabled(t.Context(), stale, true))
		checkFault(t, "who waits for a place", <-waiting)
		m.panics.Store(false)
		close(release)
		rig.Must(t, <-refreshing)
		under.Done(multiaccount.Outcome{Status: http.StatusOK})
		if _, err := serve(t.Context(), pool); err != nil {
			t.Errorf("the next request: %v", err)
		}
		synctest.Wait()
		checkIdle(t, pool)
	})
}

// Refresh of a provider is a call like any other: its panic is an error, and
// may pass.
func TestRefreshPanics(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		p := rig.NewProvider()
		p.OnRefresh = func(context.Context, account.Credentials) (account.Grant, error) {
			if p.Refreshes() == 1 {
				panic("refresh-a") // what is thrown may hold a secret
			}
			return rig.Grant(2), nil
		}
		_, pool := rig.OpenPlain(t, p, rig.Settings())
		id := rig.Add(t, pool, rig.Stale("a"))
		err := pool.Refresh(t.Context(), id)
		if err == nil || !strings.Contains(err.Error(), "panicked") || strings.Contains(err.Error(), "refresh-a") {
			t.Errorf("error %v, want that it panicked, without the value", err)
		}
		rig.Must(t, pool.Refresh(t.Context(), id))
		if served, err := serve(t.Context(), pool); err != nil || served != id {
			t.Errorf("the next request: %v", err)
		}
	})
}

// An answer that the provider cannot read is passed on as it is: it was had,
// and says nothing of the account.
func TestClassifyPanics(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusTooManyRequests, http.StatusUnauthorized, http.StatusInternalServerError} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				p, wire := rig.NewProvider(), &rig.Wire{}
				p.OnClassify = func(providers.Answer) { panic("cannot read this") }
				_, pool := rig.OpenPlain(t, p, rig.Settings())
				only := rig.Login("a")
				only.MaxInFlight = 1
				id := rig.Add(t, pool, only)
				for range 2 {
					wire.Next("access-a", status)
					answer, err := rig.Ask(t.Context(), &http.Client{Transport: pool.Transport(wire)}, rig.PlainURL)
					if err != nil || answer.Status != status {
						t.Fatalf("status %d, %v; want the answer as it is", answer.Status, err)
					}
					synctest.Wait() // until the account knows that the answer was read
				}
				acquire(t, pool, multiaccount.Request{}).Done(multiaccount.Outcome{Status: status, Header: http.Header{}})
				synctest.Wait()
				if s := rig.Status(t, pool, id); s.State != multiaccount.StateReady || s.InFlight != 0 {
					t.Errorf("the account is %s with %d in flight", s.State, s.InFlight)
				}
			})
		})
	}
}

// brokenTransport panics, as a reverse proxy does to end a request.
type brokenTransport struct{}

func (brokenTransport) RoundTrip(*http.Request) (*http.Response, error) { panic(http.ErrAbortHandler) }

// What panics in the caller's own goroutine goes to the caller, and the
// account is free again.
func TestCallersGoroutinePanics(t *testing.T) {
	for name, breakIt := range map[string]func(*rig.Provider, *http.RoundTripper){
		"Authorize": func(p *rig.Provider, _ *http.RoundTripper) { p.OnAuthorize = func() { panic(http.ErrAbortHandler) } },
		"transport": func(_ *rig.Provider, base *http.RoundTripper) { *base = brokenTransport{} },
	} {
		t.Run(name, func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				p, base := rig.NewProvider(), http.RoundTripper(&rig.Wire{})
				_, pool := rig.OpenPlain(t, p, rig.Settings())
				only := rig.Login("a")
				only.MaxInFlight = 1
				id := rig.Add(t, pool, only)
				breakIt(p, &base)
				client := &http.Client{Transport: pool.Transport(base)}
				for range 2 {
					reason := thrown(func() { _, _ = rig.Ask(t.Context(), client, rig.PlainURL) })
					if err, _ := reason.(error); !errors.Is(err, http.ErrAbortHandler) {
						t.Fatalf("panic %v, want the one that was thrown", reason)
					}
					synctest.Wait()
					if s := rig.Status(t, pool, id); s.State != multiaccount.StateReady || s.InFlight != 0 {
						t.Fatalf("the account is %s with %d in flight", s.State, s.InFlight)
					}
				}
			})
		})
	}
}

// thrown returns what f panics with.
func thrown(f func()) (reason any) {
	defer func() { reason = recover() }()
	f()
	return nil
}

// A subscriber that panics misses one event.
func TestSubscriberPanics(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		eng, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
		var seen []string
		eng.Subscribe(func(e multiaccount.Event) {
			if len(seen) == 0 {
				seen = append(seen, "broken")
				panic("the host's subscriber is broken")
			}
			seen = append(seen, e.About().AccountID)
		})
		rig.Add(t, pool, rig.Login("a"))
		id := rig.Add(t, pool, rig.Login("b"))
		rig.Close(t, eng)
		if len(seen) != 2 || seen[1] != id {
			t.Errorf("seen %v, want the second event", seen)
		}
	})
}
