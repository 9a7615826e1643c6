package providertest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// dialSocket connects as Codex does, with h's login.
func dialSocket(t *testing.T, h *AccountHandle) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), h.srv.Endpoints(OpenAI).BaseURL+"/responses", &websocket.DialOptions{ //nolint:bodyclose // the connection is the body
		HTTPHeader: http.Header{"Authorization": {"Bearer " + h.AccessToken()}, "Chatgpt-Account-Id": {h.Account().workspace()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

// askSocket sends a request and returns what comes until the answer's end.
func askSocket(t *testing.T, conn *websocket.Conn, more string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := conn.Write(ctx, websocket.MessageText, []byte(`{"type":"response.create","model":"gpt-6"`+more+`}`)); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return all.String() + err.Error()
		}
		all.Write(data)
		if strings.Contains(string(data), `"type":"response.completed"`) || strings.Contains(string(data), `"type":"error"`) {
			return all.String()
		}
	}
}

// A WebSocket answers as plain requests are answered, by script too, and knows the
// responses of its own connection alone.
func TestSocket(t *testing.T) {
	srv := New(Options{})
	t.Cleanup(srv.Close)
	h := srv.AddAccount(Account{Flavour: OpenAI, Name: "work"})
	conn := dialSocket(t, h)
	if got := askSocket(t, conn, `,"generate":false`); !strings.Contains(got, `"id":"resp_1"`) || strings.Contains(got, "Served") {
		t.Errorf("warmed with %s", got)
	}
	if got := askSocket(t, conn, `,"previous_response_id":"resp_1"`); !strings.Contains(got, "Served by work.") {
		t.Errorf("answered with %s", got)
	}
	if got := askSocket(t, conn, `,"previous_response_id":"resp_77"`); !strings.Contains(got, `"previous_response_not_found"`) {
		t.Errorf("an unknown response: %s", got)
	}
	h.Next(Limited(ResetsIn(time.Hour)), Cut())
	if got := askSocket(t, conn, ""); !strings.Contains(got, `"usage_limit_reached"`) || !strings.Contains(got, `"status":429`) || !strings.Contains(got, `"resets_in_seconds":3600`) {
		t.Errorf("limited: %s", got)
	}
	if got := askSocket(t, conn, ""); !strings.Contains(got, "EOF") {
		t.Errorf("cut: %s", got)
	}
	if st := srv.Stats(); st.Served["work"] != 1 {
		t.Errorf("served %v", st.Served)
	}
}
