package resources_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// host is an engine with the accounts "a" and "b", which serve in turn.
type host struct {
	*upstream
	dir  string
	eng  *multiaccount.Engine
	pool *multiaccount.Pool
	ids  map[string]string
}

func newHost(t *testing.T) *host {
	t.Helper()
	h := &host{upstream: newUpstream(t), dir: t.TempDir(), ids: map[string]string{}}
	h.eng, h.pool = h.open(t)
	for _, name := range []string{"a", "b"} {
		h.ids[name] = rig.Add(t, h.pool, multiaccount.NewAccount{
			Label: name, Subject: name, AccessToken: name, RefreshToken: "refresh-" + name, ExpiresAt: time.Now().Add(time.Hour),
		})
	}
	return h
}

func (h *host) open(t *testing.T) (*multiaccount.Engine, *multiaccount.Pool) {
	t.Helper()
	s := rig.Settings()
	s.AccountSelectionStrategy = settings.StrategyRoundRobin
	provider := openai.New(openai.Options{BaseURL: h.URL, TokenURL: h.URL + "/token"})
	eng := rig.Open(t, multiaccount.Config{Dir: h.dir, Settings: s, Providers: []providers.Provider{provider}})
	return eng, rig.Pool(t, eng, "openai")
}

// post sends a body and returns the id of what the answer made.
func post(t *testing.T, h *host, pool *multiaccount.Pool, path, body string) (status int, made string) {
	t.Helper()
	resp, err := try(t.Context(), h, pool, path, body)
	rig.Must(t, err)
	read, err := io.ReadAll(resp.Body)
	rig.Must(t, errors.Join(err, resp.Body.Close()))
	return resp.StatusCode, regexp.MustCompile(`(resp_|file-)\d+`).FindString(string(read))
}

func try(ctx context.Context, h *host, pool *multiaccount.Pool, path, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	return pool.Transport(h.Client().Transport).RoundTrip(req)
}

// A request that names what an earlier one made is served by the account that
// made it, however the strategy would choose; one that names nothing known is not.
func TestRequestsGoWhereTheirResourcesAre(t *testing.T) {
	for name, c := range map[string]struct{ path, body, next string }{
		"a response": {"/responses", `{"input":"hi"}`, `{"previous_response_id":"ID"}`},
		"a stream":   {"/responses", `{"input":"hi","stream":true}`, `{"stream":true,"previous_response_id":"ID"}`},
		"a file":     {"/v1/files", `a file`, `{"input":[{"content":[{"type":"input_file","file_id":"ID"}]}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			_, made := post(t, h, h.pool, c.path, c.body)
			owner := h.last()
			for range 4 {
				if status, _ := post(t, h, h.pool, "/responses", strings.Replace(c.next, "ID", made, 1)); status != http.StatusOK || h.last() != owner {
					t.Fatalf("%d from %q, want the account that made %s, %q", status, h.last(), made, owner)
				}
			}
			others := map[string]bool{}
			for range 4 {
				post(t, h, h.pool, "/responses", `{"input":"hi"}`)
				others[h.last()] = true
			}
			if status, _ := post(t, h, h.pool, "/responses", `{"previous_response_id":"resp_elsewhere"}`); status != http.StatusNotFound || len(others) != 2 {
				t.Errorf("a response of elsewhere: %d; served in turn: %v", status, others)
			}
		})
	}
}

// What made it is remembered over a restart, and known to other engines.
func TestOwnersOfResourcesAreShared(t *testing.T) {
	h := newHost(t)
	_, other := h.open(t)
	_, made := post(t, h, h.pool, "/responses", `{"input":"hi"}`)
	owner := h.last()
	rig.Close(t, h.eng)
	_, again := h.open(t)
	next := `{"previous_response_id":"` + made + `"}`
	for range 2 {
		if status, _ := post(t, h, again, "/responses", next); status != http.StatusOK || h.last() != owner {
			t.Errorf("after a restart: %d from %q, want %q", status, h.last(), owner)
		}
	}
	rig.Until(t, "the notice's arrival", func() bool {
		status, _ := post(t, h, other, "/responses", next)
		return status == http.StatusOK
	})
	for range 2 {
		if status, _ := post(t, h, other, "/responses", next); status != http.StatusOK || h.last() != owner {
			t.Errorf("another engine: %d from %q, want %q", status, h.last(), owner)
		}
	}
}

// When the account that made it cannot serve, no other one is asked.
func TestRequestsFailClosedWithoutTheirAccount(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, h *host, id, token string){
		"removed": func(t *testing.T, h *host, id, _ string) { t.Helper(); rig.Must(t, h.pool.Remove(t.Context(), id)) },
		"disabled": func(t *testing.T, h *host, id, _ string) {
			t.Helper()
			rig.Must(t, h.pool.SetEnabled(t.Context(), id, false))
		},
		"limited": func(t *testing.T, h *host, _, token string) {
			t.Helper()
			h.limit(token)
			post(t, h, h.pool, "/responses", `{"input":"hi"}`) // until both were asked
			post(t, h, h.pool, "/responses", `{"input":"hi"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			_, made := post(t, h, h.pool, "/responses", `{"input":"hi"}`)
			owner := h.last()
			spoil(t, h, h.ids[owner], owner)
			before := len(h.served)
			resp, err := try(t.Context(), h, h.pool, "/responses", `{"previous_response_id":"`+made+`"}`)
			if err == nil {
				_ = resp.Body.Close()
			}
			var unavailable *multiaccount.AccountUnavailableError
			if !errors.As(err, &unavailable) || unavailable.Resource != made || unavailable.AccountID != h.ids[owner] || !strings.Contains(err.Error(), made) {
				t.Errorf("got %v", err)
			}
			if len(h.served) != before {
				t.Errorf("%q was asked", h.last())
			}
		})
	}
}

// A limit that is met while the request is under way is the caller's to see: no
// other account has the response.
func TestALimitDoesNotMoveAPinnedRequest(t *testing.T) {
	h := newHost(t)
	_, made := post(t, h, h.pool, "/responses", `{"input":"hi"}`)
	h.limit(h.last())
	if status, _ := post(t, h, h.pool, "/responses", `{"previous_response_id":"`+made+`"}`); status != http.StatusTooManyRequests || h.last() != h.limited {
		t.Errorf("%d from %q", status, h.last())
	}
}

// A response that is not stored cannot be named later, and is not remembered.
func TestUnstoredResponsesAreNotRemembered(t *testing.T) {
	h := newHost(t)
	_, made := post(t, h, h.pool, "/responses", `{"input":"hi","store":false}`)
	served := map[string]bool{}
	for range 4 {
		post(t, h, h.pool, "/responses", `{"previous_response_id":"`+made+`"}`)
		served[h.last()] = true
	}
	if len(served) != 2 {
		t.Errorf("served by %v", served)
	}
}

// Why it is that account is in the decision.
func TestDecisionTellsOfTheResource(t *testing.T) {
	h := newHost(t)
	_, made := post(t, h, h.pool, "/responses", `{"input":"hi"}`)
	post(t, h, h.pool, "/responses", `{"previous_response_id":"`+made+`"}`)
	all, err := h.pool.Decisions(t.Context())
	rig.Must(t, err)
	last := all[len(all)-1]
	whys := map[string]string{}
	for i := range last.Considered {
		whys[last.Considered[i].ID] = last.Considered[i].Why
	}
	if last.PinnedBy != policy.ByResource || whys[last.Chosen] != "it made what the request names" || len(whys) != 2 {
		t.Errorf("the decision: %+v", last)
	}
}

// A pinned account whose places are all taken is waited for.
func TestAPinnedBusyAccountIsWaitedFor(t *testing.T) {
	s := rig.Settings()
	s.MaxWait = time.Minute
	rig.Bubble(t, func(t *testing.T) {
		_, pool := rig.OpenPlain(t, rig.NewProvider(), s)
		login := rig.Login("a")
		login.MaxInFlight = 1
		id := rig.Add(t, pool, login)
		rig.Add(t, pool, rig.Login("b"))
		first, err := pool.Acquire(t.Context(), multiaccount.Request{Account: id})
		rig.Must(t, err)
		time.AfterFunc(10*time.Second, func() { first.Done(multiaccount.Outcome{Status: http.StatusOK}) })
		begun := time.Now()
		second, err := pool.Acquire(t.Context(), multiaccount.Request{Account: id})
		rig.Must(t, err)
		if waited := time.Since(begun); second.AccountID() != id || waited != 10*time.Second {
			t.Errorf("account %s after %v", second.AccountID(), waited)
		}
		var unavailable *multiaccount.AccountUnavailableError
		if _, err = pool.Acquire(t.Context(), multiaccount.Request{Account: id}); !errors.As(err, &unavailable) || time.Since(begun) != 70*time.Second {
			t.Errorf("got %v after %v", err, time.Since(begun))
		}
		second.Done(multiaccount.Outcome{Status: http.StatusOK})
	})
}
