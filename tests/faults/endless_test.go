package faults_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// endless is a server that begins to answer "slow" with that status, and never
// ends; to others it answers 200.
func endless(t *testing.T, status int, first string) *httptest.Server {
	t.Helper()
	ended := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Api-Key") != "slow" {
			_, _ = io.WriteString(w, "served")
			return
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, first)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-ended:
		}
	}))
	t.Cleanup(func() {
		close(ended)
		srv.Close()
	})
	return srv
}

func endlessPool(t *testing.T, srv *httptest.Server, keys ...string) *multiaccount.Pool {
	t.Helper()
	eng := rig.Open(t, multiaccount.Config{
		Store: persistence.NewMemory(), Providers: []providers.Provider{anthropic.New(anthropic.Options{BaseURL: srv.URL})},
	})
	pool := rig.Pool(t, eng, "anthropic")
	for _, key := range keys {
		rig.Add(t, pool, multiaccount.NewAccount{Label: key, APIKey: key})
	}
	return pool
}

// An error whose body never ends keeps no request: it is classed by its
// beginning, and the next account is asked.
func TestErrorWithoutAnEnd(t *testing.T) {
	srv := endless(t, http.StatusTooManyRequests, `{"type":"error"`)
	pool := endlessPool(t, srv, "slow", "quick")
	begun := time.Now()
	answer := rig.MustAsk(t, rig.Client(t, pool), srv.URL)
	if answer.Status != http.StatusOK || answer.Body != "served" {
		t.Errorf("%d %q", answer.Status, answer.Body)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}

// One that is passed on is passed on as it comes, all of it.
func TestErrorWithoutAnEndIsPassedOn(t *testing.T) {
	first := strings.Repeat("x", 1000)
	srv := endless(t, http.StatusBadRequest, first)
	pool := endlessPool(t, srv, "slow")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, http.NoBody)
	rig.Must(t, err)
	resp, err := rig.Client(t, pool).Do(req)
	rig.Must(t, err)
	got := make([]byte, len(first))
	if _, err := io.ReadFull(resp.Body, got); err != nil || string(got) != first || resp.StatusCode != http.StatusBadRequest {
		t.Errorf("%d %q, %v", resp.StatusCode, got, err)
	}
	rig.Must(t, resp.Body.Close()) // while the rest is still to come
}
