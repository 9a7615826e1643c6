package gateway_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
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
