package gateway_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/usage"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A client has the models that it may use, and no way around.
func TestClientsModels(t *testing.T) {
	c := &oneClient{}
	u := record(t, func(g *gateway.Config) { g.Clients = c })
	c.now.Store(&gateway.Client{ID: "bot", Models: []string{"claude-haiku-*", "gpt-6-mini"}})
	body := func(models string) string { return `{` + models + `"messages":[{"role":"user","content":"hi"}]}` }
	for name, m := range map[string]message{
		"a model":             ask("/anthropic/v1/messages", body(`"model":"claude-haiku-5",`)),
		"a model in the path": ask("/zai/v1beta/models/gpt-6-mini:generateContent", `{"contents":[]}`),
		"Google's form of it": ask("/zai/v1beta/models/gpt-6-mini:embedContent", `{"model":"models/gpt-6-mini"}`),
		"a batch":             ask("/anthropic/v1/messages/batches", `{"requests":[{"custom_id":"1","params":{"model":"claude-haiku-5"}}]}`),
		"a large request":     ask("/anthropic/v1/messages", `{"x":"`+strings.Repeat("x", 9<<20)+`","model":"claude-haiku-5"}`),
		"the list of models":  {method: http.MethodGet, path: "/anthropic/v1/models", header: http.Header{"Authorization": {"Bearer " + token}}},
	} {
		if a := u.send(t, m); a.status != http.StatusOK {
			t.Errorf("%s: HTTP %d %s", name, a.status, a.body)
		}
	}
	before := len(u.all())
	for name, m := range map[string]message{
		"another model":        ask("/anthropic/v1/messages", body(`"model":"claude-opus-5",`)),
		"two models":           ask("/anthropic/v1/messages", body(`"model":"claude-haiku-5","model":"claude-opus-5",`)),
		"two models, reversed": ask("/anthropic/v1/messages", body(`"model":"claude-opus-5","model":"claude-haiku-5",`)),
		"a disguised model":    ask("/anthropic/v1/messages", body(`"model":"claude-haiku-5","mod\u0065l":"claude-opus-5",`)),
		"no model":             ask("/anthropic/v1/messages", body("")),
		"an array":             ask("/anthropic/v1/messages", `["model","claude-haiku-5"]`),
		"a compressed body":    ask("/anthropic/v1/messages", body(`"model":"claude-haiku-5",`), "Content-Encoding", "gzip"),
		"a model in the query": ask("/openai/v1/responses?model=gpt-6", body(`"model":"gpt-6-mini",`)),
		"a query that is none": ask("/openai/v1/responses?a;model=gpt-6", body(`"model":"gpt-6-mini",`)),
		"a path and a decoy":   ask("/zai/v1beta/models/gemini-3-pro:generateContent", body(`"model":"claude-haiku-5",`)),
		"a tuned model":        ask("/zai/v1beta/tunedModels/mine:generateContent", body(`"model":"claude-haiku-5",`)),
		"a path and its count": ask("/zai/v1beta/models/gpt-6-mini:countTokens", `{"generateContentRequest":{"model":"models/gemini-3-pro"}}`),
		"a batch":              ask("/anthropic/v1/messages/batches", body(`"model":"claude-haiku-5","requests":[{"params":{"model":"claude-opus-5"}}],`)),
		"a deployment":         ask("/zai/openai/deployments/gpt-6/chat/completions", body(`"model":"gpt-6-mini",`)),
		"no body":              ask("/anthropic/v1/messages", ""),
	} {
		a := u.send(t, m)
		if a.status != http.StatusForbidden || !strings.Contains(a.body, "the client bot may use only claude-haiku-*, gpt-6-mini") {
			t.Errorf("%s: HTTP %d %s", name, a.status, a.body)
		}
	}
	if after := len(u.all()); after != before {
		t.Errorf("%d were passed on", after-before)
	}
}

// counting is a gateway whose one client may use so many tokens a day.
func counting(t *testing.T, limit int64, path string) (scene, *usage.Log) {
	t.Helper()
	log, err := usage.Open(t.Context(), path, nil)
	rig.Must(t, err)
	c := &oneClient{}
	c.now.Store(&gateway.Client{ID: "bot", DailyTokens: limit})
	return play(t, func(g *gateway.Config) { g.Clients, g.Observe, g.TokensToday = c, log.Observe, log.Today }), log
}

// A client that has used its tokens of the day is refused until midnight, in the
// words of its provider, also after a restart.
func TestDailyTokens(t *testing.T) {
	path := filepath.Join(t.TempDir(), usage.FileName)
	s, log := counting(t, 28, path) // the fake provider tells of 14 for each request
	for n := range int64(2) {
		if a := s.send(t, claude(claudeCode)); a.status != http.StatusOK {
			t.Fatalf("HTTP %d %s", a.status, a.body)
		}
		awaitCount(t, log, 14*(n+1))
	}
	refused := func(s scene) {
		t.Helper()
		for agent, want := range map[string]struct {
			m      message
			status int
			kind   string
		}{
			claudeCode: {claude(claudeCode), 429, "rate_limit_error"}, codexCLI: {gpt(codexCLI), 429, "usage_limit_reached"}, openCode: {claude(openCode), 402, "billing_error"},
		} {
			a := s.send(t, want.m)
			p := a.problem(t)
			if a.status != want.status || p.Error.Type != want.kind || !strings.Contains(p.Error.Message, "The client bot has used up its tokens of today. It may go on at ") {
				t.Errorf("%s: HTTP %d %s", agent, a.status, a.body)
			}
			now := time.Now()
			midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, time.Local)
			if agent == codexCLI && p.Error.ResetsAt != midnight.Unix() {
				t.Errorf("resets at %s", time.Unix(p.Error.ResetsAt, 0))
			}
		}
	}
	refused(s)
	rig.Must(t, log.Close())
	s, log = counting(t, 28, path)
	refused(s)
	rig.Must(t, log.Close())
}

// awaitCount waits until so many tokens are counted: an answer's are once it has
// passed.
func awaitCount(t *testing.T, log *usage.Log, want int64) {
	t.Helper()
	rig.Until(t, "the tokens of today", func() bool { return log.Today("bot") == want })
}

// A turn on a WebSocket is refused as a request is, and the connection stays.
func TestAllowancesOfSockets(t *testing.T) {
	c := &oneClient{}
	var used atomic.Int64
	s := serveSockets(t, func(g *gateway.Config) { g.Clients, g.TokensToday = c, func(string) int64 { return used.Load() } })
	c.now.Store(&gateway.Client{ID: "bot", Models: []string{"gpt-6"}, DailyTokens: 10})
	conn := s.connect(t)
	events, _ := conn.ask(t, "")
	checkEvents(t, events, created, byA, completed)
	ask := func(model string) string {
		ctx := rig.Deadline(t)
		rig.Must(t, conn.conn.Write(ctx, websocket.MessageText, []byte(`{"type":"response.create",`+model+`"input":[]}`)))
		_, event, err := conn.conn.Read(ctx)
		rig.Must(t, err)
		return string(event)
	}
	for model, says := range map[string]string{
		`"model":"gpt-7",`: "the client bot may use only gpt-6, and the request asks for gpt-7", `"model":"gpt-6","mod\u0065l":"gpt-7",`: "asks for gpt-7", "": "names no model",
		`"type":"session.update","session":{"model":"gpt-7"},`: "asks for gpt-7", `"setup":{"model":"models/gpt-7"},`: "asks for gpt-7",
	} {
		if event := ask(model); !strings.Contains(event, says) || !strings.Contains(event, `"type":"error"`) {
			t.Errorf("%s: %s", model, event)
		}
	}
	events, _ = conn.ask(t, "")
	checkEvents(t, events, created, byA, completed)
	used.Store(10)
	if event := ask(`"model":"gpt-6",`); !strings.Contains(event, "usage_limit_reached") || !strings.Contains(event, "resets_at") {
		t.Errorf("%s", event)
	}
	used.Store(9)
	events, _ = conn.ask(t, "")
	checkEvents(t, events, created, byA, completed)
}

// The WebSocket of a client that was removed ends.
func TestSocketOfARemovedClient(t *testing.T) {
	c := &oneClient{}
	s := serveSockets(t, func(g *gateway.Config) { g.Clients = c })
	c.now.Store(&gateway.Client{ID: "bot"})
	conn := s.connect(t)
	events, _ := conn.ask(t, "")
	checkEvents(t, events, created, byA, completed)
	c.now.Store(nil)
	_, _, err := conn.conn.Read(rig.Deadline(t))
	if websocket.CloseStatus(err) != websocket.StatusServiceRestart {
		t.Errorf("closed with %v", err)
	}
}
