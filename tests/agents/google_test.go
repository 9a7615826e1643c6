package agents_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// google plays Google's API, for accounts with keys.
type google struct {
	*httptest.Server
	mind *mind

	mu sync.Mutex
	// limited are the accounts without quota, revoked those whose key is refused.
	limited, revoked []string
	last             time.Time
}

func newGoogle(t *testing.T, m *mind) *google {
	t.Helper()
	g := &google{mind: m}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	return g
}

func (g *google) limit(account string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.limited = append(g.limited, account)
}

func (g *google) revoke(account string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.revoked = append(g.revoked, account)
}

func (g *google) lastAsked() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.last
}

func (g *google) settings() []byte {
	return fmt.Appendf(nil, `{"providers": {"gemini": {"base_url": %q}}}`, g.URL)
}

func (g *google) accounts() (all []multiaccount.NewAccount) {
	for _, name := range accountNames() {
		all = append(all, multiaccount.NewAccount{Label: name, APIKey: keyOf + name})
	}
	return all
}

func (g *google) known() []providers.Provider {
	return []providers.Provider{apikey.New(apikey.Options{Name: geminiName, BaseURL: g.URL})}
}

// keyOf is what the keys begin with.
const keyOf = "key-of-"

// ServeHTTP implements [http.Handler].
func (g *google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	account := strings.TrimPrefix(r.Header.Get("X-Goog-Api-Key"), keyOf)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // who asked has gone
	}
	if g.refuses(w, account) {
		return
	}
	answer := geminiAnswer(g.mind.answer(request{account: account, conversation: cmp.Or(conversationOf(r.Header), agentIn.FindString(string(body))), body: body}))
	if strings.HasSuffix(r.URL.Path, ":streamGenerateContent") {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprintf(w, "data: %s\r\n\r\n", answer)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer)
}

// agentIn is the sub-agent that a request names, which nothing else tells.
var agentIn = regexp.MustCompile(asAgent + "[0-9]+")

// refuses answers for an account that is not served.
func (g *google) refuses(w http.ResponseWriter, account string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = time.Now()
	switch {
	case slices.Contains(g.revoked, account):
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[`+
			`{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}}]}}`)
	case slices.Contains(g.limited, account):
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"error":{"code":429,"message":"Quota exceeded.","status":"RESOURCE_EXHAUSTED"}}`)
	default:
		return false
	}
	return true
}

func geminiAnswer(said providertest.Said) []byte {
	parts := []any{}
	if said.Text != "" {
		parts = append(parts, map[string]any{"text": said.Text})
	}
	for _, call := range said.Tools {
		parts = append(parts, map[string]any{"functionCall": map[string]any{"name": call.Name, "args": json.RawMessage(call.Input)}})
	}
	prompt := max(said.Input, 10)
	answer, err := json.Marshal(map[string]any{
		"candidates":    []any{map[string]any{"content": map[string]any{"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}},
		"usageMetadata": map[string]any{"promptTokenCount": prompt, "candidatesTokenCount": 4, "totalTokenCount": prompt + 4}, "modelVersion": "gemini-3-pro",
	})
	if err != nil {
		panic(err) // what was said always encodes
	}
	return answer
}
