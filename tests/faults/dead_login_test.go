package faults_test

import (
	"context"
	"net/http"
	"strings"
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

// refusing is an upstream that refuses what it says, and counts the refusals.
type refusing struct {
	refuses func(token string) bool
	refused int
}

func (u *refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	status := http.StatusOK
	if u.refuses(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")) {
		status = http.StatusUnauthorized
		u.refused++
	}
	return &http.Response{StatusCode: status, Request: req, Header: http.Header{}, Body: http.NoBody}, nil
}

// deadPool is a pool whose upstream refuses the tokens of account "a", also
// those that it gets later.
type deadPool struct {
	*refusing
	provider *rig.Provider
	engine   *multiaccount.Engine
	pool     *multiaccount.Pool
	events   *rig.Events
	client   *http.Client
}

func openDead(t *testing.T, store persistence.Store, s settings.Settings) *deadPool {
	t.Helper()
	w := &deadPool{provider: rig.NewProvider(), refusing: &refusing{refuses: func(token string) bool {
		return token == "access-a" || strings.HasPrefix(token, "access-") && token != "access-b"
	}}}
	w.engine, w.pool = rig.OpenStore(t, w.provider, s, store)
	w.events = rig.Record(w.engine)
	w.client = &http.Client{Transport: w.pool.Transport(w)}
	return w
}

func (w *deadPool) ask(t *testing.T) int {
	t.Helper()
	a, err := rig.Ask(t.Context(), w.client, rig.PlainURL)
	if err != nil {
		return 0
	}
	return a.Status
}

func roundRobin() settings.Settings {
	s := rig.Settings()
	s.AccountSelectionStrategy = settings.StrategyRoundRobin
	return s
}

// An account that the API refuses for ever costs a few tries, not one for each
// of its turns, although its token endpoint goes on to hand out tokens.
func TestAccountRefusedForEver(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := openDead(t, persistence.NewMemory(), roundRobin())
		a, b := rig.Login("a"), rig.Login("b")
		b.ExpiresAt = time.Now().Add(24 * time.Hour)
		id := rig.Add(t, w.pool, a)
		rig.Add(t, w.pool, b)
		for range 12 * 60 {
			if status := w.ask(t); status != http.StatusOK {
				t.Fatalf("a request ended with %d beside an account that works", status)
			}
			time.Sleep(time.Minute)
		}
		if n := w.provider.Refreshes(); n > 3 || w.refused > 4 {
			t.Errorf("%d exchanges and %d refused requests", n, w.refused)
		}
		s := rig.Status(t, w.pool, id)
		if s.State != multiaccount.StateReauth || s.Failures != 3 || s.Reason == "" {
			t.Errorf("the account is %s (%s) after %d failures", s.State, s.Reason, s.Failures)
		}
		if n := rig.Count[multiaccount.LoginRejected](w.events); n != 1 {
			t.Errorf("%d events about the login", n)
		}
	})
}

// The last account is kept and tried again after rests that grow; its owner is
// told once. It works again when the API takes its token.
func TestLastAccountRefusedForEver(t *testing.T) {
	for name, a := range map[string]multiaccount.NewAccount{
		"login": {Label: "a", AccessToken: "access-a", RefreshToken: "refresh-a"},
		"key":   {Label: "a", APIKey: "access-a"},
	} {
		t.Run(name, func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				w := openDead(t, persistence.NewMemory(), rig.Settings())
				id := rig.Add(t, w.pool, a)
				for i := range 12 * 60 * 4 {
					w.ask(t)
					if s := rig.Status(t, w.pool, id); s.State == multiaccount.StateReady || s.Reason == "" || (i > 3 && s.State != multiaccount.StateReauth) {
						t.Fatalf("after %d requests the account is %s (%s)", i+1, s.State, s.Reason)
					}
					time.Sleep(15 * time.Second)
				}
				if n := w.provider.Refreshes(); n > 160 || w.refused > 160 || w.refused < 100 {
					t.Errorf("%d exchanges and %d refused requests in 12 hours", n, w.refused)
				}
				if n := rig.Count[multiaccount.LoginRejected](w.events); n != 1 {
					t.Errorf("the owner was told %d times", n)
				}
				w.refuses = func(string) bool { return false }
				time.Sleep(5 * time.Minute)
				if status := w.ask(t); status != http.StatusOK {
					t.Errorf("a request ended with %d when the API takes the token again", status)
				}
				synctest.Wait()
				if s := rig.Status(t, w.pool, id); s.State != multiaccount.StateReady || s.Failures != 0 || s.Reason != "" {
					t.Errorf("the account is %s (%s) after %d failures", s.State, s.Reason, s.Failures)
				}
			})
		})
	}
}

// A key that is refused leaves the pool while another works.
func TestKeyRefusedForEver(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := openDead(t, persistence.NewMemory(), roundRobin())
		id := rig.Add(t, w.pool, multiaccount.NewAccount{Label: "a", APIKey: "access-a"})
		rig.Add(t, w.pool, multiaccount.NewAccount{Label: "b", APIKey: "access-b"})
		for range 20 {
			if status := w.ask(t); status != http.StatusOK {
				t.Errorf("a request ended with %d", status)
			}
			time.Sleep(time.Minute)
		}
		if s := rig.Status(t, w.pool, id); s.State != multiaccount.StateReauth || w.refused != 3 {
			t.Errorf("the key is %s (%s) after %d refusals", s.State, s.Reason, w.refused)
		}
	})
}

// What is known of a token that was refused is known after a restart.
func TestRefusedTokenAfterARestart(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		store := persistence.NewMemory()
		w := openDead(t, store, rig.Settings())
		w.provider.OnRefresh = unavailable
		id := rig.Add(t, w.pool, rig.Login("a"))
		w.ask(t)
		rig.Close(t, w.engine)
		w = openDead(t, store, rig.Settings())
		w.provider.OnRefresh = unavailable
		if s := rig.Status(t, w.pool, id); s.State != multiaccount.StateCooling || s.Reason == "" {
			t.Errorf("the account is %s (%s)", s.State, s.Reason)
		}
		w.ask(t)
		if n := w.provider.Refreshes(); n != 1 || w.refused != 0 {
			t.Errorf("%d exchanges and %d refused requests, want that the known token is not sent", n, w.refused)
		}
	})
}

func unavailable(context.Context, account.Credentials) (account.Grant, error) {
	return account.Grant{}, &providers.RefreshError{Provider: rig.Plain, Status: http.StatusServiceUnavailable}
}

// A token that its owner asks for is tried, also when the account was disabled.
func TestRefreshOfADisabledLogin(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := openDead(t, persistence.NewMemory(), roundRobin())
		id := rig.Add(t, w.pool, rig.Login("a"))
		rig.Add(t, w.pool, rig.Login("b"))
		for range 8 {
			w.ask(t)
			time.Sleep(time.Second)
		}
		w.refuses = func(string) bool { return false }
		rig.Must(t, w.pool.Refresh(t.Context(), id))
		if s := rig.Status(t, w.pool, id); s.State != multiaccount.StateReauth {
			t.Errorf("before the API took its token the account is %s", s.State)
		}
		w.ask(t)
		w.ask(t)
		synctest.Wait()
		if s := rig.Status(t, w.pool, id); s.State != multiaccount.StateReady || s.Failures != 0 {
			t.Errorf("the account is %s (%s)", s.State, s.Reason)
		}
	})
}

// refusedWith is a token endpoint that refuses with a code.
func refusedWith(status int, code string) func(context.Context, account.Credentials) (account.Grant, error) {
	return func(context.Context, account.Credentials) (account.Grant, error) {
		return account.Grant{}, &providers.RefreshError{Provider: rig.Plain, Status: status, Code: code}
	}
}

// A refusal that nobody knows ends the login when it lasts; trouble never does.
// Between the tries the account does not pretend to work.
func TestRefusalThatLasts(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		code   string
		ends   bool
	}{
		"unknown code":             {400, "refresh_token_not_found", true},
		"unknown code under a 200": {200, "bad_refresh_token", true},
		"trouble with a code":      {400, "temporarily_unavailable", false},
		"trouble under a 503":      {503, "unknown_trouble", false},
		"too many requests":        {429, "rate_limited", false},
		"a page":                   {403, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				w := openDead(t, persistence.NewMemory(), roundRobin())
				w.provider.OnRefresh = refusedWith(test.status, test.code)
				id := rig.Add(t, w.pool, rig.Stale("a"))
				b := rig.Login("b")
				b.ExpiresAt = time.Time{}
				rig.Add(t, w.pool, b)
				begun := time.Now()
				for time.Since(begun) < time.Hour {
					if status := w.ask(t); status != http.StatusOK {
						t.Fatalf("a request ended with %d", status)
					}
					s := rig.Status(t, w.pool, id)
					if s.State == multiaccount.StateReauth && time.Since(begun) < 10*time.Minute || s.State == multiaccount.StateReady || s.Reason == "" {
						t.Fatalf("after %v the account is %s (%s)", time.Since(begun), s.State, s.Reason)
					}
					time.Sleep(time.Minute)
				}
				s := rig.Status(t, w.pool, id)
				if (s.State == multiaccount.StateReauth) != test.ends || s.State == multiaccount.StateLoginLost {
					t.Errorf("after an hour the account is %s (%s)", s.State, s.Reason)
				}
				if told := rig.Count[multiaccount.LoginRejected](w.events) == 1; told != test.ends {
					t.Errorf("the owner was told: %v", told)
				}
			})
		})
	}
}

// The refusals of before a restart count.
func TestRefusalThatLastsOverARestart(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		store := persistence.NewMemory()
		w := openDead(t, store, rig.Settings())
		id := rig.Add(t, w.pool, rig.Stale("a"))
		for range 4 {
			w.provider.OnRefresh = refusedWith(400, "refresh_token_not_found")
			w.ask(t)
			rig.Close(t, w.engine)
			w = openDead(t, store, rig.Settings())
			w.provider.OnRefresh = refusedWith(400, "refresh_token_not_found")
			if s := rig.Status(t, w.pool, id); s.State != multiaccount.StateCooling || !strings.Contains(s.Reason, "refresh_token_not_found") {
				t.Errorf("the account is %s (%s)", s.State, s.Reason)
			}
			time.Sleep(3 * time.Minute)
		}
		w.ask(t)
		if s := rig.Status(t, w.pool, id); s.State != multiaccount.StateReauth {
			t.Errorf("the account is %s (%s)", s.State, s.Reason)
		}
	})
}

// A token that has ended, and has nothing to renew it with, needs its owner.
func TestLoginWithoutARefreshTokenEnds(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := openDead(t, persistence.NewMemory(), rig.Settings())
		w.refuses = func(string) bool { return false }
		a := rig.Login("a")
		a.RefreshToken, a.ExpiresAt = "", time.Now().Add(time.Minute)
		id := rig.Add(t, w.pool, a)
		rig.Add(t, w.pool, rig.Login("b"))
		if status := w.ask(t); status != http.StatusOK {
			t.Errorf("its last minute was not used: %d", status)
		}
		time.Sleep(time.Minute)
		if s := rig.Status(t, w.pool, id); s.State != multiaccount.StateReauth {
			t.Errorf("before a request the account is %s (%s)", s.State, s.Reason)
		}
		if status := w.ask(t); status != http.StatusOK {
			t.Errorf("a request ended with %d", status)
		}
		synctest.Wait()
		if n := rig.Count[multiaccount.LoginRejected](w.events); n != 1 {
			t.Errorf("the owner was told %d times", n)
		}
	})
}
