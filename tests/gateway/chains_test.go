package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// chained is a recorded gateway with these chains.
func chained(t *testing.T, chains map[string][]settings.Link, change ...func(*gateway.Config)) *upstream {
	t.Helper()
	u := record(t, change...)
	s := rig.Settings()
	s.Chains = chains
	rig.Must(t, u.engine.ApplySettings(t.Context(), s))
	return u
}

// claudeChain goes from Anthropic to zai, which has one model.
func claudeChain(name string) map[string][]settings.Link {
	return map[string][]settings.Link{name: {{Pool: "anthropic"}, {Pool: "zai", Models: map[string]string{"claude-opus-*": "glm-5"}}}}
}

// limits has these places of the recording server limited for so many seconds.
func (u *upstream) limits(places map[string]int) {
	u.reply = func(w http.ResponseWriter, r *http.Request) {
		for place, seconds := range places {
			if strings.HasPrefix(r.URL.Path, place) {
				w.Header().Set("Retry-After", fmt.Sprint(seconds))
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"usage":{"input_tokens":7,"output_tokens":5}}`)
	}
}

// watched are the exchanges that a gateway tells of.
type watched struct {
	mu  sync.Mutex
	all []*gateway.Exchange
}

func (w *watched) observe(e *gateway.Exchange) gateway.Tap {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, e)
	return nil
}

// A request to a chain goes to its first pool, and when that is limited to the next
// one, at its own address, with its own key and its own name for the model.
func TestChain(t *testing.T) {
	seen := &watched{}
	u := chained(t, claudeChain("claude"), func(c *gateway.Config) { c.Observe = seen.observe })
	m := ask("/claude/v1/messages?beta=true", messagesBody, "User-Agent", claudeCode, "anthropic-version", "2023-06-01", "anthropic-beta", "x-1")
	if a := u.send(t, m); a.status != http.StatusOK {
		t.Fatalf("HTTP %d %s", a.status, a.body)
	}
	if got := u.last(t); got.target != "/a/v1/messages?beta=true" || got.body != messagesBody || got.header.Get("Authorization") != "Bearer login-of-a" {
		t.Errorf("%+v", got)
	}
	u.limits(map[string]int{"/a/": 7200})
	if a := u.send(t, m); a.status != http.StatusOK {
		t.Fatalf("HTTP %d %s", a.status, a.body)
	}
	got, want := u.last(t), strings.Replace(messagesBody, "claude-opus-5", "glm-5", 1)
	if got.target != "/z/v1/messages?beta=true" || got.body != want || got.length != int64(len(want)) || got.header.Get("Authorization") != "Bearer key-of-z" ||
		got.header.Get("Anthropic-Beta") != "x-1" {
		t.Errorf("%+v", got)
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if e := seen.all[1]; e.Provider != "zai" || e.Model != "glm-5" || e.Attempts != 2 {
		t.Errorf("told of %+v", e)
	}
}

// A stream passes along a chain as it does without.
func TestChainStreams(t *testing.T) {
	u := chained(t, claudeChain("claude"))
	u.reply = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		if strings.HasPrefix(r.URL.Path, "/a/") {
			_, _ = io.WriteString(w, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"used up\"}}\n\n")
			return
		}
		_, _ = io.WriteString(w, "data: {\"type\":\"message_start\"}\n\ndata: {\"type\":\"message_stop\"}\n\n")
	}
	a := u.send(t, ask("/claude/v1/messages", `{"stream":true,`+messagesBody[1:]))
	if a.status != http.StatusOK || !strings.Contains(a.body, "message_stop") || strings.Contains(a.body, "rate_limit") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
}

// A chain that is named as a provider serves its path and the bare forms, too.
func TestChainOfAProvidersName(t *testing.T) {
	u := chained(t, claudeChain("anthropic"))
	u.limits(map[string]int{"/a/": 7200})
	for _, path := range []string{"/anthropic/v1/messages", "/v1/messages"} {
		if a := u.send(t, ask(path, messagesBody)); a.status != http.StatusOK || u.last(t).target != "/z/v1/messages" {
			t.Errorf("%s: HTTP %d at %s", path, a.status, u.last(t).target)
		}
	}
}

// OpenAI's chain keeps the two places of its accounts.
func TestChainOfOpenAI(t *testing.T) {
	for path, places := range map[string][2]string{
		"/openai/v1/chat/completions": {"/api/v1/chat/completions", "/z/chat/completions"},
		"/codex/responses":            {"/codex/responses", "/z/responses"},
	} {
		u := chained(t, map[string][]settings.Link{"openai": {{Pool: "openai"}, {Pool: "zai"}}})
		for i, limits := range []map[string]int{nil, {"/api/": 7200, "/codex/": 7200}} {
			u.limits(limits)
			if a := u.send(t, ask(path, responsesBody)); a.status != http.StatusOK || u.last(t).target != places[i] {
				t.Errorf("%s: HTTP %d at %s, want %s", path, a.status, u.last(t).target, places[i])
			}
		}
	}
}

// A client learns which pools of a spent chain are limited until when.
func TestChainIsSpent(t *testing.T) {
	for agent, status := range map[string]int{claudeCode: 429, openCode: 402} {
		u := chained(t, claudeChain("claude"))
		u.limits(map[string]int{"/a/": 7200, "/z/": 10800})
		a := u.send(t, ask("/claude/v1/messages", messagesBody, "User-Agent", agent))
		p := a.problem(t)
		if a.status != status {
			t.Errorf("HTTP %d %s", a.status, a.body)
		}
		a.final(t)
		for _, part := range []string{"No pool of the chain claude can serve. The first is free", "in 2 h 0 min", "anthropic: a", "zai: z", "until"} {
			if !strings.Contains(p.Error.Message, part) {
				t.Errorf("%q does not say %q", p.Error.Message, part)
			}
		}
	}
	u := chained(t, claudeChain("claude"))
	u.limits(map[string]int{"/a/": 7200})
	a := u.send(t, ask("/claude/v1/messages", strings.Replace(messagesBody, "opus", "haiku", 1)))
	if p := a.problem(t); a.status != 429 || !strings.Contains(p.Error.Message, "zai: was not asked: it serves claude-opus-*, and not claude-haiku-5") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
}

// A provider in trouble is no reason to stop, as long as another pool serves.
func TestChainPastTrouble(t *testing.T) {
	u := chained(t, claudeChain("claude"))
	u.reply = func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/a/") {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
	if a := u.send(t, ask("/claude/v1/messages", messagesBody)); a.status != http.StatusOK || u.last(t).target != "/z/v1/messages" {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
}

// A client that may use some providers has those pools of a chain, and no others.
func TestChainOfABoundClient(t *testing.T) {
	c := &oneClient{}
	u := chained(t, claudeChain("claude"), func(g *gateway.Config) { g.Clients = c })
	u.limits(map[string]int{"/a/": 7200})
	c.now.Store(&gateway.Client{ID: "bound", Providers: []string{"anthropic"}})
	if a := u.send(t, ask("/claude/v1/messages", messagesBody)); a.status != 429 || !strings.Contains(a.body, "not among the pools") || u.last(t).target != "/a/v1/messages" {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	c.now.Store(&gateway.Client{ID: "bound", Providers: []string{"zai"}})
	if a := u.send(t, ask("/claude/v1/messages", messagesBody)); a.status != http.StatusOK || u.last(t).target != "/z/v1/messages" {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	c.now.Store(&gateway.Client{ID: "bound", Providers: []string{"openai"}})
	if a := u.send(t, ask("/claude/v1/messages", messagesBody)); a.status != http.StatusForbidden {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
}

// A chain that cannot be made says why at its path, and at the start.
func TestBrokenChain(t *testing.T) {
	u := chained(t, map[string][]settings.Link{"claude": {{Pool: "anthropic"}, {Pool: "gone"}}})
	if a := u.send(t, ask("/claude/v1/messages", messagesBody)); a.status != http.StatusNotFound || !strings.Contains(a.body, `names the pool \"gone\"`) {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	if a := u.send(t, ask("/nothing/v1", "{}")); !strings.Contains(a.body, "/claude/") {
		t.Errorf("%s does not name the chain's path", a.body)
	}
	if a := u.send(t, message{method: http.MethodHead, path: "/claude/api/hello"}); a.status != http.StatusOK {
		t.Errorf("hello: HTTP %d", a.status)
	}
	_, err := gateway.New(gateway.Config{Engine: u.engine, Clients: gateway.Tokens{}})
	if err == nil || !strings.Contains(err.Error(), `names the pool "gone"`) {
		t.Error(err)
	}
}

// Codex' WebSockets go along a chain as plain requests do, at the handshake.
func TestSocketOfAChain(t *testing.T) {
	s := serveSockets(t)
	change := rig.Settings()
	change.Chains = map[string][]settings.Link{"openai": {{Pool: "openai"}}}
	rig.Must(t, s.engine.ApplySettings(t.Context(), change))
	c := s.connect(t)
	events, _ := c.ask(t, "")
	checkEvents(t, events, created, byA, completed)
	s.scripts["a"] = saying(created, usedUp)
	if events, _ := c.ask(t, ""); len(events) != 2 || !strings.Contains(events[1], "websocket_connection_limit_reached") {
		t.Errorf("events %q", events)
	}
	events, _ = s.connect(t).ask(t, "")
	checkEvents(t, events, created, byB, completed)
}
