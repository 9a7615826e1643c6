// Package chains_test sends requests along chains of pools, in memory.
package chains_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// hosts is an upstream in memory that answers by the host of a request.
type hosts struct {
	mu sync.Mutex
	// limited hosts answer 429 with the wait, failing ones with the status.
	limited map[string]time.Duration
	failing map[string]int
	seen    []string
}

func (h *hosts) RoundTrip(req *http.Request) (*http.Response, error) {
	body := ""
	if req.Body != nil {
		data, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		body = string(data)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, fmt.Sprintf("%s %s %s %d", req.URL, req.Header.Get("Authorization"), body, req.ContentLength))
	resp := &http.Response{StatusCode: http.StatusOK, Request: req, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(req.URL.Host))}
	if wait, ok := h.limited[req.URL.Host]; ok {
		resp.StatusCode, resp.Header = http.StatusTooManyRequests, http.Header{"Retry-After": {fmt.Sprint(int(wait.Seconds()))}}
	}
	if status, ok := h.failing[req.URL.Host]; ok {
		resp.StatusCode = status
	}
	return resp, nil
}

// took returns what was sent since it was called last.
func (h *hosts) took() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := h.seen
	h.seen = nil
	return seen
}

func (h *hosts) limit(host string, wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.limited = map[string]time.Duration{host: wait}
}

func (h *hosts) fail(host string, status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failing = map[string]int{host: status}
}

// chained is an engine with three pools of one account each, and a chain of them.
func chained(t *testing.T, links []settings.Link) (*multiaccount.Engine, *multiaccount.Chain, *hosts) {
	t.Helper()
	s := rig.Settings()
	s.Chains = map[string][]settings.Link{"c": links}
	var all []providers.Provider
	for _, name := range []string{"first", "second", "third"} {
		all = append(all, apikey.New(apikey.Options{Name: name, BaseURL: "https://" + name + ".test/" + name}))
	}
	eng := rig.Open(t, multiaccount.Config{Providers: all, Settings: s, Store: persistence.NewMemory()})
	for _, p := range all {
		rig.Add(t, rig.Pool(t, eng, p.Name()), multiaccount.NewAccount{Label: p.Name() + "s", APIKey: "key-" + p.Name()})
	}
	chain, err := eng.Chain("c")
	rig.Must(t, err)
	return eng, chain, &hosts{}
}

func pools(names ...string) []settings.Link {
	var links []settings.Link
	for _, name := range names {
		links = append(links, settings.Link{Pool: name})
	}
	return links
}

const chainBody = `{"model":"claude-opus-5", "messages":[{"role":"user","content":"hi"}]}`

// post sends a request by a chain, and returns the host that served it.
func post(ctx context.Context, chain *multiaccount.Chain, h *hosts) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://first.test/first/v1/messages?beta=true", strings.NewReader(chainBody))
	if err != nil {
		return "", err
	}
	resp, err := (&http.Client{Transport: chain.Transport(h)}).Do(req)
	if err != nil {
		return "", err
	}
	said, err := io.ReadAll(resp.Body)
	return string(said), errors.Join(err, resp.Body.Close())
}

func mustPost(t *testing.T, chain *multiaccount.Chain, h *hosts, want string) {
	t.Helper()
	if got, err := post(t.Context(), chain, h); err != nil || got != want {
		t.Fatalf("served by %q, want %q; %v", got, want, err)
	}
}

// The next pool gets the request at its own address, with its own key and its own
// name for the model, and nothing else is changed.
func TestChainGoesOn(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		_, chain, h := chained(t, []settings.Link{{Pool: "first"}, {Pool: "second", Models: map[string]string{"claude-*": "other", "claude-opus-*": "glm-5"}}})
		mustPost(t, chain, h, "first.test")
		h.limit("first.test", time.Hour)
		mustPost(t, chain, h, "second.test")
		want := `https://second.test/second/v1/messages?beta=true Bearer key-second {"model":"glm-5", "messages":[{"role":"user","content":"hi"}]} 62`
		if took := h.took(); len(took) != 3 || took[2] != want {
			t.Errorf("sent %q, want %q", took, want)
		}
	})
}

// A conversation stays with the second pool until five minutes after the first one's
// limit, and then goes back; both moves are told.
func TestChainsConversationStaysAndReturns(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		eng, chain, h := chained(t, pools("first", "second"))
		events := rig.Record(eng)
		mustPost(t, chain, h, "first.test")
		h.limit("first.test", time.Hour)
		mustPost(t, chain, h, "second.test")
		moved := rig.Await[multiaccount.ConversationMoved](t, events)
		if moved.Provider != "second" || moved.FromProvider != "first" || moved.Label != "seconds" || moved.From == "" || moved.From == moved.AccountID ||
			moved.Conversation == "" || moved.Reason != "first: all its accounts are limited" {
			t.Errorf("%+v", moved)
		}
		h.limit("none", 0)
		time.Sleep(time.Hour + 4*time.Minute)
		mustPost(t, chain, h, "second.test")
		time.Sleep(2 * time.Minute)
		mustPost(t, chain, h, "first.test")
		back := rig.AwaitNth[multiaccount.ConversationMoved](t, events, 2)
		if back.Provider != "first" || back.FromProvider != "second" || back.From != moved.AccountID {
			t.Errorf("%+v", back)
		}
		mustPost(t, chain, h, "first.test")
		if n := rig.Count[multiaccount.ConversationMoved](events); n != 2 {
			t.Errorf("%d moves", n)
		}
	})
}

// A limit that ends earlier than was known is seen after a while, and not at once.
func TestChainSeesAnEarlyEnd(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		eng, chain, h := chained(t, pools("first", "second"))
		h.limit("first.test", 10*time.Hour)
		mustPost(t, chain, h, "second.test")
		time.Sleep(16 * time.Minute)
		mustPost(t, chain, h, "second.test") // it still holds
		h.limit("none", 0)
		pool := rig.Pool(t, eng, "first")
		accounts, err := pool.Accounts(t.Context())
		rig.Must(t, err)
		rig.Must(t, pool.ResetCooldown(t.Context(), accounts[0].ID))
		time.Sleep(14 * time.Minute)
		mustPost(t, chain, h, "second.test")
		time.Sleep(2 * time.Minute)
		mustPost(t, chain, h, "first.test")
	})
}

// Where the second pool cannot serve either, its conversation goes on, and back.
func TestChainTriesEachPool(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		_, chain, h := chained(t, pools("first", "second", "third"))
		h.limit("first.test", time.Hour)
		mustPost(t, chain, h, "second.test")
		h.limit("second.test", 3*time.Hour)
		mustPost(t, chain, h, "third.test") // the first has met its limit, which still holds
		h.limit("third.test", 4*time.Hour)
		time.Sleep(time.Hour + time.Minute)
		mustPost(t, chain, h, "first.test") // the third one's limit sends it back early
	})
}

// An attempt with another pool is one of a conversation that has moved.
func TestChainTellsTheHost(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		_, chain, h := chained(t, pools("first", "second"))
		mustPost(t, chain, h, "first.test")
		h.limit("first.test", time.Hour)
		var attempts []multiaccount.Attempt
		ctx := multiaccount.WithTrace(t.Context(), func(a multiaccount.Attempt) { attempts = append(attempts, a) })
		if _, err := post(ctx, chain, h); err != nil {
			t.Fatal(err)
		}
		if len(attempts) != 2 || attempts[0].Provider != "first" || attempts[0].Moved || attempts[1].Provider != "second" || !attempts[1].Moved {
			t.Errorf("%+v", attempts)
		}
	})
}

// What a pool answers decides whether the next one is asked.
func TestChainGoesOnByAnswer(t *testing.T) {
	for status, want := range map[int]string{
		http.StatusUnauthorized: "second.test", http.StatusServiceUnavailable: "second.test", http.StatusBadRequest: "first.test", http.StatusNotFound: "first.test",
	} {
		rig.Bubble(t, func(t *testing.T) {
			_, chain, h := chained(t, pools("first", "second"))
			h.fail("first.test", status)
			if got, err := post(t.Context(), chain, h); err != nil || got != want {
				t.Errorf("HTTP %d: served by %q, %v", status, got, err)
			}
		})
	}
}

// The error of a spent chain says of each pool until when it is limited.
func TestChainIsSpent(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		_, chain, h := chained(t, []settings.Link{{Pool: "first"}, {Pool: "second"}, {Pool: "third", Models: map[string]string{"gpt-*": "x"}}})
		h.limited = map[string]time.Duration{"first.test": 2 * time.Hour, "second.test": time.Hour}
		_, err := post(t.Context(), chain, h)
		var spent *multiaccount.ChainSpentError
		var all *multiaccount.AllAccountsLimitedError
		if !errors.As(err, &spent) || !errors.As(err, &all) || len(spent.Pools) != 3 {
			t.Fatal(err)
		}
		if wait := time.Until(spent.RetryAt); wait < 59*time.Minute || wait > time.Hour {
			t.Errorf("in %s", wait)
		}
		text := spent.Error()
		for _, part := range []string{"no pool of the chain c can serve", "first: all first accounts are limited", "seconds", "third: was not asked: it serves gpt-*, and not claude-opus-5"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s\ndoes not say %q", text, part)
			}
		}
	})
}

// The answer of the only pool that was asked is passed on as it is.
func TestChainPassesOnTheOnlyAnswer(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		_, chain, h := chained(t, []settings.Link{{Pool: "first"}, {Pool: "second", Models: map[string]string{"gpt-*": "x"}}})
		h.fail("first.test", http.StatusServiceUnavailable)
		if got, err := post(t.Context(), chain, h); err != nil || got != "first.test" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// A request says why pools were not asked which cannot take it.
func TestChainSaysWhatIsNotForAPool(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		_, chain, h := chained(t, []settings.Link{{Pool: "first"}, {Pool: "second", Models: map[string]string{"*": "x"}}})
		h.limit("first.test", time.Hour)
		whole := func(body io.Reader) *http.Request {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://first.test/first/v1/messages", body)
			rig.Must(t, err)
			return req
		}
		if _, err := chain.Transport(h).RoundTrip(whole(strings.NewReader("{}"))); err == nil { //nolint:bodyclose // there is none
			t.Error("the first pool serves") // from here on it is known to be limited
		}
		once := whole(io.NopCloser(strings.NewReader(chainBody)))
		compressed := whole(strings.NewReader("\x1f\x8b"))
		compressed.Header.Set("Content-Encoding", "gzip")
		elsewhere := whole(strings.NewReader(chainBody))
		elsewhere.URL.Path = "/other"
		for says, req := range map[string]*http.Request{
			"the request names none":      whole(strings.NewReader(`{"stream":true}`)),
			"body cannot be sent again":   once,
			"body is compressed":          compressed,
			"not below that of the chain": elsewhere,
		} {
			resp, err := chain.Transport(h).RoundTrip(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%v, want %q", err, says)
			}
		}
		if took := h.took(); slices.ContainsFunc(took, func(s string) bool { return strings.Contains(s, "second") }) {
			t.Errorf("sent %q", took)
		}
	})
}

// A host may leave pools out, and a pin goes no further.
func TestChainWithinAHostsChoice(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		eng, chain, h := chained(t, pools("first", "second", "third"))
		h.limit("first.test", time.Hour)
		got, err := post(multiaccount.WithPools(t.Context(), "first", "third"), chain, h)
		if err != nil || got != "third.test" {
			t.Errorf("%q, %v", got, err)
		}
		accounts, err := rig.Pool(t, eng, "first").Accounts(t.Context())
		rig.Must(t, err)
		_, err = post(multiaccount.WithAccount(t.Context(), accounts[0].ID), chain, h)
		var pinned *multiaccount.AccountUnavailableError
		if !errors.As(err, &pinned) {
			t.Error(err)
		}
		_, err = (&http.Client{Transport: chain.Transport(h)}).Get("https://second.test/second/v1/messages") //nolint:bodyclose // nothing is sent
		var foreign *multiaccount.ForeignHostError
		if !errors.As(err, &foreign) {
			t.Error(err)
		}
	})
}

// Chains follow the settings; one that did not change keeps its conversations.
func TestChainsFollowTheSettings(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		eng, chain, _ := chained(t, pools("first", "second"))
		s := rig.Settings()
		s.Chains = map[string][]settings.Link{"c": pools("first", "second"), "d": pools("first", "gone"), "third": pools("first")}
		rig.Must(t, eng.ApplySettings(t.Context(), s))
		if again, err := eng.Chain("c"); err != nil || again != chain {
			t.Errorf("another chain, %v", err)
		}
		if names := eng.Chains(); !slices.Equal(names, []string{"c", "d", "third"}) {
			t.Errorf("%q", names)
		}
		if _, err := eng.Chain("d"); !errors.Is(err, multiaccount.ErrUnknownProvider) || !strings.Contains(err.Error(), `"gone"`) {
			t.Error(err)
		}
		if _, err := eng.Chain("third"); err == nil || !strings.Contains(err.Error(), "not its first pool") {
			t.Error(err)
		}
		if _, err := eng.Chain("e"); !errors.Is(err, multiaccount.ErrUnknownChain) {
			t.Error(err)
		}
		first := rig.Pool(t, eng, "first")
		for _, links := range [][]multiaccount.Link{nil, {{}}, {{Pool: first}, {Pool: first}}} {
			if _, err := multiaccount.NewChain("c", links...); err == nil {
				t.Errorf("%v is a chain", links)
			}
		}
	})
}

// A chain forgets the oldest conversations, and no others.
func TestChainForgets(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		eng, chain, h := chained(t, pools("first", "second"))
		h.limit("first.test", time.Hour)
		talk := func(n int) string {
			got, err := post(multiaccount.WithAffinity(t.Context(), fmt.Sprint(n)), chain, h)
			rig.Must(t, err)
			time.Sleep(time.Millisecond)
			return got
		}
		for n := range 4097 {
			talk(n)
		}
		h.limit("none", 0)
		pool := rig.Pool(t, eng, "first")
		accounts, err := pool.Accounts(t.Context())
		rig.Must(t, err)
		rig.Must(t, pool.ResetCooldown(t.Context(), accounts[0].ID))
		if oldest, newest := talk(0), talk(4096); oldest != "first.test" || newest != "second.test" {
			t.Errorf("the oldest goes to %s, the newest to %s", oldest, newest)
		}
	})
}
