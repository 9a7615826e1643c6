package serving

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newSite is a gateway with a provider that nobody asks.
func newSite(t *testing.T) *Site {
	t.Helper()
	eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
		Dir: t.TempDir(), Providers: []providers.Provider{apikey.New(apikey.Options{Name: "zai", BaseURL: "http://127.0.0.1:1"})},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = closeEngine(t.Context(), eng) })
	g, err := gateway.New(gateway.Config{Engine: eng, Clients: gateway.Tokens{}})
	if err != nil {
		t.Fatal(err)
	}
	return &Site{Engine: eng, Gateway: g, Log: logOr(nil)}
}

// What the gateway refuses of anybody reaches no handler, and no path is redirected.
func TestHandlersAreGuarded(t *testing.T) {
	h := newSite(t).handler()
	for _, test := range []struct {
		path, host, origin string
		status             int
	}{
		{"/healthz", "localhost:8383", "", http.StatusOK},
		{"/readyz", "127.0.0.1", "http://localhost:3000", http.StatusOK},
		{"/healthz", "evil.example", "", http.StatusForbidden},
		{"/healthz", "localhost", "https://evil.example", http.StatusForbidden},
		{"//healthz", "localhost", "", http.StatusBadRequest},
		{"/zai/../healthz", "localhost", "", http.StatusBadRequest},
		{"/zai/%2e%2e/healthz", "localhost", "", http.StatusBadRequest},
		{"/zai/v1/models", "localhost", "", http.StatusUnauthorized},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.URL.Path, r.Host = test.path, test.host
		if test.path == "/zai/%2e%2e/healthz" {
			r.URL.Path, r.URL.RawPath = "/zai/../healthz", test.path
		}
		if test.origin != "" {
			r.Header.Set("Origin", test.origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != test.status {
			text, _ := io.ReadAll(w.Body)
			t.Errorf("%+v: HTTP %d %s", test, w.Code, text)
		}
	}
}
