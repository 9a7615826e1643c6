package multiaccount_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/settings"
)

const (
	chatURL = "https://chatgpt.com/backend-api/codex/responses"
	apiURL  = "https://api.openai.com/v1/responses"
)

// twoHosts is OpenAI in memory: each host takes one kind, and those in limited
// are limited until then.
type twoHosts struct {
	mu        sync.Mutex
	asked     []string
	exchanges int
	limited   map[string]time.Time
	down      bool
}

func (h *twoHosts) RoundTrip(req *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	status, body := http.StatusOK, "{}"
	switch takes := map[string]string{"chatgpt.com": "login", "api.openai.com": "sk-"}[req.URL.Host]; {
	case takes == "": // the token endpoint
		h.exchanges++
		status = http.StatusServiceUnavailable
	case !strings.HasPrefix(token, takes):
		status = http.StatusUnauthorized
	case h.down:
		status = http.StatusInternalServerError
	case h.limited[token].After(time.Now()):
		left := time.Until(h.limited[token]).Seconds()
		status, body = http.StatusTooManyRequests, fmt.Sprintf(`{"error":{"type":"usage_limit_reached","resets_in_seconds":%v}}`, left)
	}
	h.asked = append(h.asked, req.URL.Host+" "+token)
	return &http.Response{
		StatusCode: status, Request: req, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

// openMixed opens a pool of OpenAI with these accounts: keys begin with "sk-".
func openMixed(tb testing.TB, h *twoHosts, o openai.Options, s settings.Settings, tokens ...string) (*multiaccount.Pool, map[string]string) {
	tb.Helper()
	o.HTTPClient = &http.Client{Transport: h}
	eng := open(tb, multiaccount.Config{Providers: []providers.Provider{openai.New(o)}, Settings: s, Store: persistence.NewMemory()})
	pool, ids := poolOf(tb, eng, "openai"), map[string]string{}
	for _, token := range tokens {
		added := multiaccount.NewAccount{Label: token, Subject: token, APIKey: token}
		if !strings.HasPrefix(token, "sk-") {
			added.APIKey, added.AccessToken, added.RefreshToken, added.ExpiresAt = "", token, "refresh-"+token, time.Now().Add(time.Hour)
		}
		id, err := pool.Add(context.Background(), added)
		if err != nil {
			tb.Fatal(err)
		}
		ids[token] = id
	}
	return pool, ids
}

func askAt(ctx context.Context, pool *multiaccount.Pool, h *twoHosts, url string) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(`{"model":"m","input":"hello"}`))
	if err != nil {
		return 0, err
	}
	resp, err := pool.Transport(h).RoundTrip(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// TestKindsAtTheirHosts checks that with every strategy no account is asked at
// the other kind's host, and none suffers for it.
func TestKindsAtTheirHosts(t *testing.T) {
	for _, strategy := range []settings.Strategy{settings.StrategySticky, settings.StrategyRoundRobin, settings.StrategyHybrid, settings.StrategyDrainFirst} {
		t.Run(string(strategy), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				s, h := quiet(), &twoHosts{}
				s.AccountSelectionStrategy = strategy
				pool, _ := openMixed(t, h, openai.Options{}, s, "login-1", "sk-1", "sk-2", "login-2")
				for i := range 12 {
					ctx := multiaccount.WithAffinity(context.Background(), fmt.Sprint(i%3))
					if status, err := askAt(ctx, pool, h, []string{chatURL, apiURL}[i%2]); status != http.StatusOK || err != nil {
						t.Errorf("request %d: %d, %v", i, status, err)
					}
				}
				if len(h.asked) != 12 || h.exchanges != 0 {
					t.Errorf("%d exchanges; asked were %q", h.exchanges, h.asked)
				}
				checkHealthy(t, pool)
			})
		})
	}
}

func checkHealthy(t *testing.T, pool *multiaccount.Pool) {
	t.Helper()
	all, err := pool.Accounts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.Failures != 0 || a.State != multiaccount.StateReady {
			t.Errorf("%s: %s, %d failures", a.Label, a.State, a.Failures)
		}
	}
}

// TestKindMissing checks that a host whose kind the pool does not have is not
// asked, and that the error says what to add.
func TestKindMissing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		h := &twoHosts{}
		pool, _ := openMixed(t, h, openai.Options{}, quiet(), "login-1")
		_, err := askAt(context.Background(), pool, h, apiURL)
		var none *multiaccount.NoAccountOfKindError
		if !errors.As(err, &none) || none.Kind != account.APIKey || none.Host != "api.openai.com" || !errors.Is(err, multiaccount.ErrNoAccounts) {
			t.Errorf("%v", err)
		}
		if _, err := pool.Acquire(context.Background(), multiaccount.Request{Kind: account.APIKey}); !errors.As(err, &none) || none.Host != "" {
			t.Errorf("%v", err)
		}
		if len(h.asked) != 0 {
			t.Errorf("asked were %q", h.asked)
		}
	})
}

// TestKindMissingInTrouble checks that nobody waits for a provider in trouble who
// has no account to ask it with.
func TestKindMissingInTrouble(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		h := &twoHosts{down: true}
		pool, _ := openMixed(t, h, openai.Options{}, quiet(), "login-1")
		for range 4 {
			_, _ = askAt(context.Background(), pool, h, chatURL)
		}
		began := time.Now()
		var none *multiaccount.NoAccountOfKindError
		if _, err := askAt(context.Background(), pool, h, apiURL); !errors.As(err, &none) || time.Since(began) > 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// TestKindPinned checks that a pin to an account which the host does not take
// fails closed, whoever pinned it.
func TestKindPinned(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		h := &twoHosts{}
		pool, ids := openMixed(t, h, openai.Options{}, quiet(), "login-1", "sk-1")
		_, err := askAt(multiaccount.WithAccount(context.Background(), ids["login-1"]), pool, h, apiURL)
		var unavailable *multiaccount.AccountUnavailableError
		if !errors.As(err, &unavailable) || unavailable.Reason != "its kind is login, and only API keys can serve the request" {
			t.Errorf("%v", err)
		}
		if err := pool.Pin(context.Background(), ids["sk-1"]); err != nil {
			t.Fatal(err)
		}
		if _, err := askAt(context.Background(), pool, h, chatURL); !errors.As(err, &unavailable) || !unavailable.ByOwner {
			t.Errorf("%v", err)
		}
		if len(h.asked) != 0 {
			t.Errorf("asked were %q", h.asked)
		}
	})
}

// TestKindLimited checks that a refusal speaks of the accounts that can serve.
func TestKindLimited(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		h := &twoHosts{limited: map[string]time.Time{"sk-1": time.Now().Add(time.Hour)}}
		pool, ids := openMixed(t, h, openai.Options{}, quiet(), "login-1", "sk-1")
		_, err := askAt(context.Background(), pool, h, apiURL)
		var limited *multiaccount.AllAccountsLimitedError
		if !errors.As(err, &limited) || len(limited.Accounts) != 1 || limited.Accounts[0].ID != ids["sk-1"] {
			t.Errorf("%v", err)
		}
		if status, err := askAt(context.Background(), pool, h, chatURL); status != http.StatusOK || err != nil {
			t.Errorf("%d, %v", status, err)
		}
		if err := pool.SetEnabled(context.Background(), ids["sk-1"], false); err != nil {
			t.Fatal(err)
		}
		if _, err := askAt(context.Background(), pool, h, apiURL); err == nil || !strings.Contains(err.Error(), "all 1 API keys are switched off") {
			t.Errorf("%v", err)
		}
	})
}

// TestKindWaits checks that a request waits for the accounts that can serve it,
// and for no others.
func TestKindWaits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		began, waits := time.Now(), map[string]time.Duration{chatURL: 20 * time.Second, apiURL: 5 * time.Second}
		h := &twoHosts{limited: map[string]time.Time{"login-1": began.Add(waits[chatURL]), "sk-1": began.Add(waits[apiURL])}}
		pool, _ := openMixed(t, h, openai.Options{}, quiet(), "login-1", "sk-1")
		var all sync.WaitGroup
		for url, want := range waits {
			all.Go(func() {
				status, err := askAt(context.Background(), pool, h, url)
				if waited := time.Since(began); status != http.StatusOK || waited.Round(time.Second) != want {
					t.Errorf("%s: %d after %v, %v", url, status, waited, err)
				}
			})
		}
		all.Wait()
	})
}

// TestKindRouted checks that a routed request reaches the host of whichever
// account serves it, and others only that of their own.
func TestKindRouted(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		h := &twoHosts{limited: map[string]time.Time{"login-1": time.Now().Add(time.Hour)}}
		pool, ids := openMixed(t, h, openai.Options{Route: &openai.Route{}}, quiet(), "login-1", "sk-1")
		if status, err := askAt(context.Background(), pool, h, chatURL); status != http.StatusOK || err != nil {
			t.Errorf("%d, %v", status, err)
		}
		if status, err := askAt(multiaccount.WithAccount(context.Background(), ids["sk-1"]), pool, h, chatURL); status != http.StatusOK || err != nil {
			t.Errorf("%d, %v", status, err)
		}
		var limited *multiaccount.AllAccountsLimitedError
		if _, err := askAt(context.Background(), pool, h, strings.Replace(chatURL, "responses", "models", 1)); !errors.As(err, &limited) {
			t.Errorf("%v", err)
		}
		want := []string{"chatgpt.com login-1", "api.openai.com sk-1", "api.openai.com sk-1"}
		if fmt.Sprint(h.asked) != fmt.Sprint(want) || h.exchanges != 0 {
			t.Errorf("asked were %q, want %q", h.asked, want)
		}
	})
}
