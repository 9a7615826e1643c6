package gateway_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/gateway"
)

// Every way to name an endpoint leads to the place of the account that serves.
func TestPaths(t *testing.T) {
	const login, key = "Bearer login-of-o", "Bearer key-of-k"
	for path, want := range map[string]struct{ target, authorization string }{
		"/anthropic/v1/messages?beta=true":      {"/a/v1/messages?beta=true", "Bearer login-of-a"},
		"/anthropic/v1/messages/count_tokens":   {"/a/v1/messages/count_tokens", "Bearer login-of-a"},
		"/anthropic/api/anything?a=1&b=%20x":    {"/a/api/anything?a=1&b=%20x", "Bearer login-of-a"},
		"/anthropic/v1/files/a;b/..c/...":       {"/a/v1/files/a;b/..c/...", "Bearer login-of-a"},
		"/anthropic/v1/files/100%25":            {"/a/v1/files/100%25", "Bearer login-of-a"},
		"/anthropic/v1/files/caf%C3%A9%20a%2Bb": {"/a/v1/files/caf%C3%A9%20a%2Bb", "Bearer login-of-a"},
		"/v1/messages?beta=true":                {"/a/v1/messages?beta=true", "Bearer login-of-a"},
		"/v1/messages/count_tokens":             {"/a/v1/messages/count_tokens", "Bearer login-of-a"},
		"/codex/responses":                      {"/codex/responses", login},
		"/codex/models?client_version=0.171.0":  {"/codex/models?client_version=0.171.0", login},
		"/responses":                            {"/codex/responses", login},
		"/openai/v1/responses":                  {"/codex/responses", login},
		"/openai/responses":                     {"/codex/responses", login},
		"/v1/responses":                         {"/codex/responses", login},
		"/v1/responses/compact":                 {"/codex/responses/compact", login},
		"/openai/v1/chat/completions":           {"/api/v1/chat/completions", key},
		"/v1/chat/completions":                  {"/api/v1/chat/completions", key},
		"/openai/v1/embeddings":                 {"/api/v1/embeddings", key},
		"/v1/models":                            {"/api/v1/models", key},
		"/v1/models/gpt-6":                      {"/api/v1/models/gpt-6", key},
		"/zai/v1/messages":                      {"/z/v1/messages", "Bearer key-of-z"},
		"/zai/":                                 {"/z/", "Bearer key-of-z"},
	} {
		u := record(t) // sticky: what one request used, the next would use
		a := u.send(t, ask(path, "{}"))
		got := u.last(t)
		if a.status != http.StatusOK || got.target != want.target || got.header.Get("Authorization") != want.authorization {
			t.Errorf("%s: HTTP %d, sent to %s with %q", path, a.status, got.target, got.header.Get("Authorization"))
		}
		if "http://"+got.host == u.url {
			t.Errorf("%s: the gateway's own host was passed on", path)
		}
	}
	u := record(t)
	list := ask("/v1/models?limit=1000", "", "anthropic-version", "2023-06-01")
	list.method = http.MethodGet
	u.send(t, list)
	if got := u.last(t); got.target != "/a/v1/models?limit=1000" || got.method != http.MethodGet {
		t.Errorf("Anthropic's models: %s %s", got.method, got.target)
	}
}

// An account of either kind serves what both places answer.
func TestKindsBehindOnePath(t *testing.T) {
	u := record(t)
	u.reply = func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/codex/") {
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, `{"error":{"type":"usage_limit_reached","resets_in_seconds":3600}}`)
		}
	}
	if a := u.send(t, ask("/openai/v1/responses", responsesBody)); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	got := u.last(t)
	if got.target != "/api/v1/responses" || got.header.Get("Authorization") != "Bearer key-of-k" || got.header.Get("Chatgpt-Account-Id") != "" {
		t.Errorf("%s %v", got.target, got.header)
	}
}

// What names no provider, or is no plain path, is told so and goes nowhere.
func TestNowhere(t *testing.T) {
	u := record(t)
	for path, want := range map[string]int{
		"/": 404, "/v1": 404, "/v1/": 404, "/v1/other": 404, "/gemini/v1": 404, "/anthropicx/v1/messages": 404, "/chat/completions": 404,
		"/anthropic/../zai/x": 400, "/anthropic/v1/..": 400, "/anthropic/./v1": 400, "/anthropic//v1/messages": 400, "//anthropic/v1/messages": 400,
		"/anthropic/%2e%2e/x": 400, "/anthropic/v1%2fmessages": 400, "/anthropic/v1%2Fmessages": 400, "/codex/..%2f..%2fwham/usage": 400,
		"/anthropic/v1%5cmessages": 400, "/anthropic/v1/%00": 400, "/anthropic/v1/x%0d%0ay": 400,
		"/anthropic/..;/zai": 400, "/anthropic/v1/.;x=1/y": 400, "/anthropic/%252e%252e/x": 400, "/anthropic/v1%252Fmessages": 400, "/anthropic/%25%32%65": 400,
		"/anthropic/%c0%ae%c0%ae/x": 400, "/anthropic/%ff": 400, "/anthropic/%2E%2e;a": 400, "/codex/%255c": 400,
	} {
		if a := u.send(t, ask(path, "{}")); a.status != want {
			t.Errorf("%s: HTTP %d %s, want %d", path, a.status, a.body, want)
		} else {
			a.problem(t)
			a.final(t)
		}
	}
	if a := u.send(t, ask("/other", "{}")); !strings.Contains(a.body, "/anthropic/, /codex/, /openai/, /zai/") {
		t.Errorf("which paths there are: %s", a.body)
	}
	if got := u.all(); len(got) != 0 {
		t.Errorf("%d requests were passed on, the first to %s", len(got), got[0].target)
	}
}

// Clients ask whether there is a server before they have said who they are.
func TestHello(t *testing.T) {
	u := record(t)
	for path, want := range map[string]int{
		"/": 200, "/api/hello": 200, "/anthropic": 200, "/anthropic/": 200, "/anthropic/api/hello": 200, "/codex": 200, "/zai/api/hello": 200,
		"/other": 401, "/anthropic/v1/messages": 401,
	} {
		if a := u.send(t, message{method: http.MethodHead, path: path, header: http.Header{}}); a.status != want || a.body != "" {
			t.Errorf("%s: HTTP %d %q, want %d", path, a.status, a.body, want)
		}
	}
	if got := u.all(); len(got) != 0 {
		t.Errorf("%d requests were passed on", len(got))
	}
}

// A client may be kept to some providers.
func TestClientsProviders(t *testing.T) {
	u := record(t, func(c *gateway.Config) {
		c.Clients = gateway.Tokens{{Hash: gateway.HashToken(token), Client: gateway.Client{ID: "laptop", Providers: []string{"zai"}}}}
	})
	if a := u.send(t, ask("/zai/v1/messages", "{}")); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	for _, path := range []string{"/anthropic/v1/messages", "/v1/messages", "/codex/responses"} {
		if a := u.send(t, ask(path, "{}")); a.status != http.StatusForbidden || !strings.Contains(a.body, "laptop") {
			t.Errorf("%s: HTTP %d %s", path, a.status, a.body)
		}
	}
}
