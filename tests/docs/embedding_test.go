package docs_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The README says which of the process' globals change when it embeds the
// engine: one route, and no more.
func TestEmbeddingAddsOneRoute(t *testing.T) {
	logger, transport := slog.Default(), http.DefaultTransport
	eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
		Providers: []providers.Provider{anthropic.New(anthropic.Options{}), openai.New(openai.Options{})},
		Store:     persistence.NewMemory(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		"/": false, "/debug/vars": true, "/debug/pprof/": false, "/metrics": false, "/health": false,
	} {
		_, pattern := http.DefaultServeMux.Handler(httptest.NewRequest(http.MethodGet, path, http.NoBody))
		if got := pattern != ""; got != want {
			t.Errorf("%s is served by the default mux: %v, the README says %v", path, got, want)
		}
	}
	if slog.Default() != logger || http.DefaultTransport != transport {
		t.Error("opening an engine changed the default logger or transport")
	}
	if err := eng.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
