//go:build unix

package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// A body beyond --max-body is sent once, and --no-websockets refuses WebSockets.
func TestServeFlags(t *testing.T) {
	h := newHome(t)
	p := h.start(t, "--max-body", "1", "--no-websockets")
	body := `{"model":"claude-sonnet-4-6","max_tokens":9,"messages":[{"role":"user","content":"` + strings.Repeat("x", 1<<20) + `"}]}`
	for text, want := range map[string]int{messagesBody: http.StatusOK, body: http.StatusServiceUnavailable} {
		h.account.Next(providertest.Unavailable())
		if a := p.send(t, ask("/anthropic/v1/messages", text, "Authorization", "Bearer "+p.token)); a.status != want {
			t.Errorf("a body of %d bytes: HTTP %d %s, want %d", len(text), a.status, a.body, want)
		}
	}
	if a := p.raw(t, strings.Replace(head("GET /anthropic/v1/messages HTTP/1.1", handshakeLines+"Sec-WebSocket-Version: 13", ""), token, p.token, 1)); a.status != http.StatusUpgradeRequired || !strings.Contains(a.body, "switched off") {
		t.Errorf("a WebSocket: HTTP %d %s", a.status, a.body)
	}
	p.end(t)
	h.refuses(t, 2, "--max-body is a number of MiB", "--max-body", "0")
}
