package gateway_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

const byA, byB = `{"type":"response.output_text.delta","delta":"gpt-6 by a"}`, `{"type":"response.output_text.delta","delta":"gpt-6 by b"}`

func checkEvents(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("events\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Turns pass on one connection, with what the provider's handshake said, and
// nothing of the client's own.
func TestSocket(t *testing.T) {
	s := serveSockets(t)
	c := s.connect(t)
	if state := c.resp.Header.Get("X-Codex-Turn-State"); state != "state-of-a" {
		t.Errorf("the handshake's header is %q", state)
	}
	for range 3 {
		events, _ := c.ask(t, "")
		checkEvents(t, events, created, byA, completed)
	}
	got := s.headers[0]
	for name, want := range map[string]string{
		"Authorization": "Bearer login-of-a", "Openai-Beta": "responses_websockets=2026-02-06", "Session-Id": "s", "User-Agent": codexCLI,
		"Chatgpt-Account-Id": "a", "Openai-Organization": "", "Upgrade": "websocket", "Connection": "Upgrade", "Originator": "codex_exec",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
	if !strings.Contains(got.Get("Sec-Websocket-Extensions"), "permessage-deflate") || !strings.Contains(c.resp.Header.Get("Sec-Websocket-Extensions"), "permessage-deflate") {
		t.Error("nothing is compressed")
	}
	rig.Must(t, c.conn.Close(websocket.StatusNormalClosure, ""))
}

// A large request and a large event pass whole.
func TestLargeMessages(t *testing.T) {
	s := serveSockets(t)
	large := `{"type":"response.output_text.delta","delta":"` + strings.Repeat("x", 3<<20) + `"}`
	s.scripts["a"] = saying(created, large, completed)
	c := s.connect(t)
	events, _ := c.ask(t, `,"instructions":"`+strings.Repeat("y", 3<<20)+`"`)
	if len(events) != 3 || events[1] != large {
		t.Errorf("%d events", len(events))
	}
}

// A limit or a dead login before the first output has the client connect again, to
// another account, and ask again what it has to.
func TestSocketMoves(t *testing.T) {
	for name, trouble := range map[string]string{"a limit": usedUp, "a dead login": deadLogin} {
		for follows, code := range map[string]string{"": "websocket_connection_limit_reached", `,"previous_response_id":"resp_1"`: "previous_response_not_found"} {
			t.Run(name+" "+code, func(t *testing.T) {
				s := serveSockets(t)
				c := s.connect(t)
				_, _ = c.ask(t, "")
				s.scripts["a"] = saying(created, trouble)
				events, closed := c.ask(t, follows)
				if len(events) != 2 || events[0] != created || !strings.Contains(events[1], `"type":"error"`) || !strings.Contains(events[1], code) {
					t.Errorf("events %q", events)
				}
				if closed != websocket.StatusServiceRestart {
					t.Errorf("closed with %v", closed)
				}
				if trouble == deadLogin {
					s.handshakes["a"] = http.StatusUnauthorized
				}
				events, _ = s.connect(t).ask(t, "")
				checkEvents(t, events, created, byB, completed)
			})
		}
	}
}

// After the first output the client has to see what comes, and the account rests
// all the same.
func TestSocketStaysAfterOutput(t *testing.T) {
	s := serveSockets(t)
	s.scripts["a"] = saying(created, delta, `{"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"slow"}}}`)
	c := s.connect(t)
	events, _ := c.ask(t, "")
	if len(events) != 3 || !strings.Contains(events[2], "rate_limit_exceeded") {
		t.Errorf("events %q", events)
	}
	events, _ = s.connect(t, "Session-Id", "another").ask(t, "")
	checkEvents(t, events, created, byB, completed)
}

// The client is told of a used up plan only when all accounts are.
func TestSocketWhenThePoolIsSpent(t *testing.T) {
	s := serveSockets(t)
	s.scripts["a"], s.scripts["b"] = saying(usedUp), saying(usedUp)
	_, _ = s.connect(t).ask(t, "")
	events, closed := s.connect(t).ask(t, "")
	if len(events) != 1 || !strings.Contains(events[0], `"type":"usage_limit_reached"`) || !strings.Contains(events[0], "All openai accounts are limited") ||
		!strings.Contains(events[0], `"resets_at":`) || closed != websocket.StatusServiceRestart {
		t.Errorf("events %q, closed with %v", events, closed)
	}
	c, err := s.dial(t)
	if err == nil || c.resp == nil || c.resp.StatusCode != http.StatusTooManyRequests || c.resp.Header.Get("X-Codex-Promo-Message") == "" {
		t.Errorf("the next handshake: %v", err)
	}
}

// A refused handshake goes to the next account, as any request does.
func TestRefusedHandshakes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ a, b, want int }{
		"a limit": {429, 0, 101}, "a dead login": {401, 0, 101}, "all limited": {429, 429, 429}, "no WebSockets there": {404, 404, 426},
		"switched off there": {426, 426, 426}, "the caller's fault": {400, 400, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serveSockets(t)
			s.handshakes["a"], s.handshakes["b"] = test.a, test.b
			c, err := s.dial(t)
			if c.resp == nil || c.resp.StatusCode != test.want {
				t.Fatalf("error %v, want %d", err, test.want)
			}
			if test.want == http.StatusSwitchingProtocols {
				events, _ := c.ask(t, "")
				checkEvents(t, events, created, byB, completed)
			}
		})
	}
}

func TestSocketsSwitchedOff(t *testing.T) {
	s := serveSockets(t, func(c *gateway.Config) { c.NoWebSockets = true })
	if c, err := s.dial(t); c.resp == nil || c.resp.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("error %v", err)
	}
	if c, err := s.dial(t, "Authorization", "Bearer wrong"); c.resp == nil || c.resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("error %v", err)
	}
}

// How the provider ends a connection reaches the client: its code, and where it was
// cut, what makes the client connect again, or a cut after the first output.
func TestSocketEnds(t *testing.T) {
	hangUp := func(events ...string) script {
		return func(ctx context.Context, conn *websocket.Conn, _ string) bool {
			say(ctx, conn, events...)
			_ = conn.CloseNow()
			return false
		}
	}
	for name, test := range map[string]struct {
		script script
		want   websocket.StatusCode
	}{
		"a code": {func(_ context.Context, conn *websocket.Conn, _ string) bool {
			_ = conn.Close(websocket.StatusPolicyViolation, "")
			return false
		}, websocket.StatusPolicyViolation},
		"a cut before output": {hangUp(created), websocket.StatusServiceRestart},
		"a cut after output":  {hangUp(created, delta), -1},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveSockets(t)
			s.scripts["a"] = test.script
			if _, closed := s.connect(t).ask(t, ""); closed != test.want {
				t.Errorf("closed with %v, want %v", closed, test.want)
			}
		})
	}
}

// A client that goes away gives its account back.
func TestSocketsClientGoes(t *testing.T) {
	for name, leave := range map[string]func(codex){
		"with a word": func(c codex) { _ = c.conn.Close(websocket.StatusNormalClosure, "") }, "without": func(c codex) { _ = c.conn.CloseNow() },
	} {
		t.Run(name, func(t *testing.T) {
			s := serveSockets(t)
			c := s.connect(t)
			_, _ = c.ask(t, "")
			pool := rig.Pool(t, s.engine, "openai")
			if inFlight(t, pool) != 1 {
				t.Errorf("%d in flight", inFlight(t, pool))
			}
			leave(c)
			rig.Until(t, "a pool without requests", func() bool { return inFlight(t, pool) == 0 })
		})
	}
}

func inFlight(t *testing.T, pool *multiaccount.Pool) (n int) {
	t.Helper()
	all, err := pool.Accounts(t.Context())
	rig.Must(t, err)
	for i := range all {
		n += all[i].InFlight
	}
	return n
}

// When the gateway ends, idle connections move at once, others after their turn.
func TestSocketsMoveOnDrain(t *testing.T) {
	s := serveSockets(t)
	goOn := make(chan struct{})
	idle, busy := s.connect(t), s.connect(t)
	_, _ = idle.ask(t, "")
	begun := make(chan struct{})
	s.scripts["a"] = func(ctx context.Context, conn *websocket.Conn, _ string) bool {
		say(ctx, conn, created)
		close(begun)
		<-goOn
		return say(ctx, conn, byA, completed)
	}
	answers := make(chan []string)
	go func() {
		events, _ := busy.ask(t, "")
		answers <- events
	}()
	<-begun
	drained := make(chan error)
	go func() { drained <- s.Drain(rig.Deadline(t)) }()
	if code := idle.closed(t); code != websocket.StatusServiceRestart {
		t.Errorf("the idle one was closed with %v", code)
	}
	if c, err := s.dial(t); c.resp == nil || c.resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("another handshake: %v", err)
	}
	close(goOn)
	checkEvents(t, <-answers, created, byA, completed)
	if code := busy.closed(t); code != websocket.StatusServiceRestart {
		t.Errorf("the busy one was closed with %v", code)
	}
	rig.Must(t, <-drained)
}

// The quota figures that Codex is told on its WebSocket, or within a stream, are known
// of the account.
func TestFiguresWithinAnswers(t *testing.T) {
	s := serveSockets(t)
	const figures = `{"type":"codex.rate_limits","plan_type":"pro","rate_limits":{"primary":{"used_percent":42,"window_minutes":300,"reset_after_seconds":600}}}`
	s.scripts["a"] = saying(created, figures, completed)
	events, _ := s.connect(t).ask(t, "")
	checkEvents(t, events, created, figures, completed)
	awaitUsage(t, s.gate, 42)

	u := record(t)
	u.reply = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, event := range []string{created, figures, delta, strings.Replace(figures, "42", "43", 1), completed} {
			_, _ = io.WriteString(w, "data: "+event+"\n\n")
		}
	}
	if a := u.send(t, ask("/codex/responses", `{"stream":true,`+responsesBody[1:], "User-Agent", codexCLI)); a.status != http.StatusOK || a.err != nil {
		t.Errorf("HTTP %d, %v", a.status, a.err)
	}
	awaitUsage(t, u.gate, 43)
}

// awaitUsage waits until an account of OpenAI has used so much of a window.
func awaitUsage(t *testing.T, g gate, percent float64) {
	t.Helper()
	rig.Until(t, "the usage of an account", func() bool {
		accounts, err := rig.Pool(t, g.engine, "openai").Accounts(t.Context())
		rig.Must(t, err)
		return slices.ContainsFunc(accounts, func(a multiaccount.AccountStatus) bool { return len(a.Usage) == 1 && a.Usage[0].Utilization == percent })
	})
}
