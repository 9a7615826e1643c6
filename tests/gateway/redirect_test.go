package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/settings"
)

// A redirect within the provider's address leads through the gateway, by the path that
// the client has used. Others pass as they came.
func TestRedirects(t *testing.T) {
	u := chained(t, map[string][]settings.Link{"mixed": {{Pool: "zai"}}})
	u.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, test := range []struct{ path, location, want string }{
		{"/zai/v1/models/", "http://{host}/z/v1/models?a=1%2F2#x", "/zai/v1/models?a=1%2F2#x"},
		{"/zai/v1/models/", "/z/v1/models", "/zai/v1/models"},
		{"/zai/v1/models/", "../other", "/zai/v1/other"},
		{"/zai/v1/files/caf%C3%A9%20a", "/z/v1/files/caf%C3%A9%2Fb", "/zai/v1/files/caf%C3%A9%2Fb"},
		{"/mixed/v1/models/", "/z/v1/models", "/mixed/v1/models"},
		{"/v1/messages/", "/a/v1/messages", "/anthropic/v1/messages"},
		{"/openai/v1/embeddings/", "/api/v1/embeddings", "/openai/v1/embeddings"},
		{"/v1/chat/completions/", "/api/v1/other", "/openai/other"},
		{"/codex/models/", "/codex/models", "/codex/models"},
		{"/zai/v1/models/", "/login", "/login"},
		{"/zai/v1/models/", "/zebra", "/zebra"},
		{"/zai/v1/models/", "https://{host}/z/v1/models", "https://{host}/z/v1/models"},
		{"/zai/v1/models/", "https://files.example/x?signature=1", "https://files.example/x?signature=1"},
	} {
		asked, host := 0, ""
		u.reply = func(w http.ResponseWriter, r *http.Request) {
			asked, host = asked+1, r.Host
			w.Header().Set("Location", expand(test.location, host))
			w.WriteHeader(http.StatusTemporaryRedirect)
		}
		a := u.send(t, ask(test.path, "{}"))
		if got := a.header.Get("Location"); a.status != http.StatusTemporaryRedirect || got != expand(test.want, host) || asked != 1 {
			t.Errorf("%s to %s: HTTP %d to %s after %d requests", test.path, test.location, a.status, got, asked)
		}
	}
}

func expand(location, host string) string { return strings.ReplaceAll(location, "{host}", host) }
