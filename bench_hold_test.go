package multiaccount_test

import (
	"context"
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
)

// streamedEvents is how many events of output each stream has.
const streamedEvents = 500

// BenchmarkHoldBack is streams over loopback, each event flushed, that are
// held back and watched, against those of a bare http.Transport measured in
// turns with them.
func BenchmarkHoldBack(b *testing.B) {
	word := "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" word\"}}\n\n"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		flush := http.NewResponseController(w).Flush
		_, _ = io.WriteString(w, begun+output)
		for range streamedEvents {
			_ = flush()
			_, _ = io.WriteString(w, word)
		}
		_, _ = io.WriteString(w, ended)
	}))
	b.Cleanup(srv.Close)
	eng := open(b, multiaccount.Config{
		Providers: []providers.Provider{anthropic.New(anthropic.Options{BaseURL: srv.URL})},
		Settings:  quiet(), Store: persistence.NewMemory(),
	})
	pool := poolOf(b, eng, "anthropic")
	add(b, pool, "a")
	base := benchTransport(b)
	pooled := pool.Transport(base)
	copyStream(b, base, srv.URL)
	copyStream(b, pooled, srv.URL)
	var held, bare time.Duration
	for b.Loop() { // ABBA: neither is always the one that comes after the other
		held += copyStream(b, pooled, srv.URL)
		bare += copyStream(b, base, srv.URL)
		bare += copyStream(b, base, srv.URL)
		held += copyStream(b, pooled, srv.URL)
	}
	b.ReportMetric(float64(bare)/float64(held), "x-of-bare")
}

// copyStream returns how long it takes to ask for a stream and to read it.
func copyStream(b *testing.B, client http.RoundTripper, url string) time.Duration {
	b.Helper()
	asked := time.Now()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url+"/v1/messages", strings.NewReader(`{"stream":true}`))
	if err != nil {
		b.Fatal(err)
	}
	resp, err := client.RoundTrip(req)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		b.Error(err)
	}
	_ = resp.Body.Close()
	return time.Since(asked)
}
