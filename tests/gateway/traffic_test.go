package gateway_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/serving/traffic"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// watcher keeps what it is told, one line for each.
type watcher struct {
	lines chan string
	ended chan traffic.Request
}

func newWatcher() *watcher {
	return &watcher{make(chan string, 100), make(chan traffic.Request, 100)}
}

func (w *watcher) Began(ctx context.Context, r *traffic.Request, _ http.Header) context.Context {
	w.lines <- "began " + r.Path
	return ctx
}

func (w *watcher) Attempted(_ context.Context, r *traffic.Request, a traffic.Attempt) {
	w.lines <- "attempted " + r.Provider + " " + string(a.Class)
}
func (w *watcher) Streaming(*traffic.Request) { w.lines <- "streaming" }
func (w *watcher) Ended(_ context.Context, r *traffic.Request) {
	w.lines <- "ended"
	w.ended <- *r
}

// told is all that the watcher was told.
func (w *watcher) told() string {
	close(w.lines)
	var all []string
	for line := range w.lines {
		all = append(all, line)
	}
	return strings.Join(all, ", ")
}

// watched has the requests of a gateway watched.
func (w *watcher) config(c *gateway.Config) { c.Observe = traffic.Recorder{w}.Observe }

func (w *watcher) server(t *testing.T, g *gateway.Gateway) string {
	t.Helper()
	srv := httptest.NewServer(traffic.Recorder{w}.Handler(g))
	t.Cleanup(srv.Close)
	return srv.URL
}

// A request is told from its head to its end, with each attempt.
func TestTraffic(t *testing.T) {
	w := newWatcher()
	s := play(t, w.config)
	s.url = w.server(t, s.Gateway)
	s.claude[0].Next(providertest.Limited())
	a := s.send(t, ask("/anthropic/v1/messages?beta=true", `{"stream":true,`+messagesBody[1:]))
	got := <-w.ended
	if told := w.told(); told != "began /anthropic/v1/messages, attempted anthropic limited, attempted anthropic success, streaming, ended" {
		t.Errorf("told %s", told)
	}
	if got.Client != "laptop" || got.Provider != "anthropic" || got.Model != "claude-opus-5" || got.Attempts != 2 || got.AccountID == "" ||
		got.Status != http.StatusOK || got.Bytes != int64(len(a.body)) || !got.Complete || !got.Stream || got.FirstByte <= 0 || got.Duration < got.FirstByte {
		t.Errorf("told of %+v", got)
	}
}

// An answer that was cut ends, too, and a request that is refused is one.
func TestTrafficOfTrouble(t *testing.T) {
	w := newWatcher()
	s := play(t, w.config)
	s.url = w.server(t, s.Gateway)
	s.claude[0].Next(providertest.CutMidBody())
	if a := s.send(t, ask("/anthropic/v1/messages", messagesBody)); a.err == nil {
		t.Fatalf("nothing was cut: %+v", a)
	}
	if got := <-w.ended; got.Complete || got.Status != http.StatusOK {
		t.Errorf("a cut answer: %+v", got)
	}
	_ = s.send(t, ask("/anthropic/v1/messages", messagesBody, "Authorization", "Bearer wrong"))
	if got := <-w.ended; !got.Complete || got.Status != http.StatusUnauthorized || got.Client != "" || got.Attempts != 0 {
		t.Errorf("a wrong token: %+v", got)
	}
}

// A WebSocket is under way as long as it is open.
func TestTrafficOfWebSockets(t *testing.T) {
	w := newWatcher()
	s := serveSockets(t, w.config)
	s.url = w.server(t, s.Gateway)
	c := s.connect(t)
	_, _ = c.ask(t, "")
	rig.Must(t, c.conn.Close(websocket.StatusNormalClosure, ""))
	got := <-w.ended
	if told := w.told(); told != "began /codex/responses, attempted openai success, streaming, ended" {
		t.Errorf("told %s", told)
	}
	if got.Status != http.StatusSwitchingProtocols || !got.WebSocket || got.Client != "laptop" {
		t.Errorf("told of %+v", got)
	}
}
