package gateway_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// Gemini CLI asks again for most of a minute after a 429, and stops at a 402, whose
// message it shows.
func TestGeminiCLIStops(t *testing.T) {
	google := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"error":{"code":429,"message":"Quota exceeded.","status":"RESOURCE_EXHAUSTED"}}`))
	}))
	t.Cleanup(google.Close)
	g := serve(t, []providers.Provider{apikey.New(apikey.Options{Name: "gemini", BaseURL: google.URL, Header: "X-Goog-Api-Key"})})
	rig.Add(t, rig.Pool(t, g.engine, "gemini"), multiaccount.NewAccount{Label: "work", APIKey: "key-of-work"})
	a := g.send(t, ask("/gemini/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse", `{"contents":[]}`,
		"Authorization", "", "x-goog-api-key", token, "User-Agent", "GeminiCLI-tui/0.61.0/gemini-3-pro (linux; x64; terminal)"))
	var said struct {
		Error struct {
			Code            int
			Message, Status string
		}
	}
	rig.Must(t, json.Unmarshal([]byte(a.body), &said))
	if e := said.Error; a.status != http.StatusPaymentRequired || e.Code != a.status || e.Status != "RESOURCE_EXHAUSTED" || !strings.HasPrefix(e.Message, "All gemini accounts are limited.") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	a.final(t)
}

const geminiBody = `{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}`

// Google's API has the model in the path: a chain renames it there, and who watches
// is told of it.
func TestChainRenamesInThePath(t *testing.T) {
	seen := &watched{}
	chains := map[string][]settings.Link{"google": {{Pool: "anthropic"}, {Pool: "zai", Models: map[string]string{"gemini-*-pro": "team/glm-5"}}}}
	u := chained(t, chains, func(c *gateway.Config) { c.Observe = seen.observe })
	u.limits(map[string]int{"/a/": 7200})
	const embedding = `{"model":"models/gemini-3-pro","content":{"parts":[{"text":"hi"}]}}`
	for _, test := range []struct{ path, body, target, sent string }{
		{"gemini-3-pro:streamGenerateContent?alt=sse", geminiBody, "team%2Fglm-5:streamGenerateContent?alt=sse", geminiBody},
		{"gemini-3-pro:embedContent", embedding, "team%2Fglm-5:embedContent", strings.Replace(embedding, "gemini-3-pro", "team/glm-5", 1)},
	} {
		a := u.send(t, ask("/google/v1beta/models/"+test.path, test.body))
		got := u.last(t)
		if a.status != http.StatusOK || got.target != "/z/v1beta/models/"+test.target || got.body != test.sent || got.length != int64(len(test.sent)) {
			t.Errorf("HTTP %d %s: sent to %s: %s", a.status, a.body, got.target, got.body)
		}
	}
	seen.mu.Lock()
	if e := seen.all[0]; e.Provider != "zai" || e.Model != "team/glm-5" || e.Attempts != 2 {
		t.Errorf("told of %+v", e)
	}
	seen.mu.Unlock()
	for path, why := range map[string]string{
		"gemini-3-flash:generateContent":                "it serves gemini-*-pro, and not gemini-3-flash",
		"gemini-3-pro:embedContent/models/x:embedThese": "the request names several",
	} {
		if a := u.send(t, ask("/google/v1beta/models/"+path, geminiBody)); a.status != http.StatusTooManyRequests || !strings.Contains(a.body, why) {
			t.Errorf("%s: HTTP %d %s", path, a.status, a.body)
		}
	}
}

// A limit on one of Google's models leaves the account's others, and a conversation
// stays with its account.
func TestGooglesModelsAndConversations(t *testing.T) {
	google := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Goog-Api-Key") == "key-of-one" && strings.Contains(r.URL.Path, "-pro:") {
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"error":{"code":429,"message":"Resource exhausted.","status":"RESOURCE_EXHAUSTED"}}`))
			return
		}
		w.Header().Set("X-Served-By", r.Header.Get("X-Goog-Api-Key"))
		_, _ = w.Write([]byte(`{"candidates":[],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":5}}`))
	}))
	t.Cleanup(google.Close)
	seen := &watched{}
	g := serve(t, []providers.Provider{apikey.New(apikey.Options{Name: "gemini", BaseURL: google.URL, Header: "X-Goog-Api-Key"})},
		func(c *gateway.Config) { c.Observe = seen.observe })
	for _, name := range []string{"one", "two"} {
		rig.Add(t, rig.Pool(t, g.engine, "gemini"), multiaccount.NewAccount{Label: name, APIKey: "key-of-" + name})
	}
	said := func(text string) string { return strings.Replace(geminiBody, "hello", text, 1) }
	for i, test := range []struct{ model, text, want string }{
		{"gemini-3-flash", "hello", "one"}, {"gemini-3-pro", "hello", "two"}, {"gemini-3-flash", "another", "two"}, {"gemini-3-flash", "hello", "one"},
	} {
		a := g.send(t, ask("/gemini/v1beta/models/"+test.model+":generateContent", said(test.text)))
		if a.status != http.StatusOK || a.header.Get("X-Served-By") != "key-of-"+test.want {
			t.Errorf("%d: HTTP %d by %s", i, a.status, a.header.Get("X-Served-By"))
		}
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if e := seen.all[1]; e.Model != "gemini-3-pro" || e.Attempts != 2 {
		t.Errorf("told of %+v", e)
	}
}
