package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// socketServer plays ChatGPT's WebSocket: what it does with a request is up to the
// account's script.
type socketServer struct {
	mu sync.Mutex
	// handshakes are the answers to handshakes, by account, 101 when there is none.
	headers    []http.Header
	handshakes map[string]int
	// scripts say what an account does with its next request; one without answers it.
	scripts map[string]script
}

// script answers one request. It returns false to hang up.
type script func(ctx context.Context, conn *websocket.Conn, model string) bool

func accountOf(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer login-of-")
}

// ServeHTTP implements [http.Handler].
func (s *socketServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	who := accountOf(r)
	s.mu.Lock()
	status := s.handshakes[who]
	s.headers = append(s.headers, r.Header.Clone())
	s.mu.Unlock()
	if status != 0 {
		w.WriteHeader(status)
		if status == http.StatusTooManyRequests {
			_, _ = w.Write([]byte(`{"error":{"type":"usage_limit_reached","message":"The usage limit has been reached","resets_in_seconds":3600}}`))
		}
		return
	}
	w.Header().Set("X-Codex-Turn-State", "state-of-"+who)
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionContextTakeover})
	if err != nil {
		return
	}
	defer conn.CloseNow() //nolint:errcheck // a test's end
	conn.SetReadLimit(64 << 20)
	for {
		_, data, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		var request struct{ Type, Model string }
		_ = json.Unmarshal(data, &request)
		s.mu.Lock()
		do := s.scripts[who]
		delete(s.scripts, who)
		s.mu.Unlock()
		if do == nil {
			do = answered(who)
		}
		if !do(r.Context(), conn, request.Model) {
			return
		}
	}
}

func say(ctx context.Context, conn *websocket.Conn, events ...string) bool {
	for _, e := range events {
		if conn.Write(ctx, websocket.MessageText, []byte(e)) != nil {
			return false
		}
	}
	return true
}

const (
	created   = `{"type":"response.created","response":{"id":"resp_1"}}`
	delta     = `{"type":"response.output_text.delta","delta":"hello"}`
	completed = `{"type":"response.completed","response":{"id":"resp_1"}}`
	// usedUp is how the socket tells of an account without quota.
	usedUp = `{"type":"error","status":429,"error":{"type":"usage_limit_reached","message":"The usage limit has been reached","resets_in_seconds":3600},` +
		`"headers":{"x-codex-primary-used-percent":"100"}}`
	deadLogin = `{"type":"error","status":401,"error":{"type":"invalid_request_error","code":"token_invalidated","message":"Log in again"}}`
)

// answered is a whole answer.
func answered(who string) script {
	return func(ctx context.Context, conn *websocket.Conn, model string) bool {
		return say(ctx, conn, created, fmt.Sprintf(`{"type":"response.output_text.delta","delta":"%s by %s"}`, model, who), completed)
	}
}

func saying(events ...string) script {
	return func(ctx context.Context, conn *websocket.Conn, _ string) bool { return say(ctx, conn, events...) }
}

// sockets is a gateway before a socketServer, with the accounts a and b.
type sockets struct {
	gate
	*socketServer
}

func serveSockets(t *testing.T, change ...func(*gateway.Config)) sockets {
	t.Helper()
	s := &socketServer{handshakes: map[string]int{}, scripts: map[string]script{}}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	g := serve(t, []providers.Provider{openai.New(openai.Options{BaseURL: srv.URL + "/codex"})}, change...)
	for _, name := range []string{"a", "b"} {
		rig.Add(t, rig.Pool(t, g.engine, "openai"), multiaccount.NewAccount{Label: name, Subject: name, AccessToken: "login-of-" + name})
	}
	return sockets{g, s}
}

// codex is a client as Codex is one.
type codex struct {
	conn *websocket.Conn
	resp *http.Response
}

func (s sockets) dial(t *testing.T, headers ...string) (codex, error) {
	t.Helper()
	h := http.Header{
		"Authorization": {"Bearer " + token}, "Openai-Beta": {"responses_websockets=2026-02-06"}, "Session-Id": {"s"},
		"User-Agent": {codexCLI}, "Openai-Organization": {"org"}, "Originator": {"codex_exec"},
	}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	conn, resp, err := websocket.Dial(rig.Deadline(t), s.url+"/codex/responses", &websocket.DialOptions{ //nolint:bodyclose // the connection is the body
		HTTPHeader: h, HTTPClient: s.client, CompressionMode: websocket.CompressionContextTakeover,
	})
	if err == nil {
		conn.SetReadLimit(64 << 20)
		t.Cleanup(func() { _ = conn.CloseNow() })
	}
	return codex{conn, resp}, err
}

func (s sockets) connect(t *testing.T, headers ...string) codex {
	t.Helper()
	c, err := s.dial(t, headers...)
	rig.Must(t, err)
	return c
}

// ask sends a request and returns the events up to the last, and how the
// connection stands then.
func (c codex) ask(t *testing.T, more string) (events []string, closed websocket.StatusCode) {
	t.Helper()
	ctx := rig.Deadline(t)
	rig.Must(t, c.conn.Write(ctx, websocket.MessageText, []byte(`{"type":"response.create","model":"gpt-6"`+more+`,"input":[]}`)))
	for {
		_, data, err := c.conn.Read(ctx)
		if err != nil {
			return events, websocket.CloseStatus(err)
		}
		events = append(events, string(data))
		if strings.Contains(string(data), `"response.completed"`) || strings.Contains(string(data), `"response.failed"`) {
			return events, 0
		}
	}
}

func (c codex) closed(t *testing.T) websocket.StatusCode {
	t.Helper()
	_, data, err := c.conn.Read(rig.Deadline(t))
	if err == nil {
		t.Errorf("another event: %s", data)
	}
	return websocket.CloseStatus(err)
}
