package multiaccount_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
)

// transportCallers send at the same time, each its next request when it has
// read the last answer.
const transportCallers = 64

// BenchmarkTransport is small JSON requests over loopback through a pool of
// 10 accounts, against a bare http.Transport measured in turns with it.
func BenchmarkTransport(b *testing.B) {
	answer := []byte(`{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"hello"}]}`)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}))
	b.Cleanup(srv.Close)
	eng := open(b, multiaccount.Config{
		Providers: []providers.Provider{anthropic.New(anthropic.Options{BaseURL: srv.URL})},
		Settings:  quiet(), Store: persistence.NewMemory(),
	})
	pool := poolOf(b, eng, "anthropic")
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		add(b, pool, name)
	}
	base := benchTransport(b)
	pooled, bare := &load{url: srv.URL, rt: pool.Transport(base)}, &load{url: srv.URL, rt: base}
	bare.run(b, transportCallers)
	pooled.run(b, transportCallers)
	pooled.reset()
	bare.reset()
	const turn = 16 * transportCallers
	b.ResetTimer()
	for done := 0; done < b.N; done += turn {
		pooled.run(b, turn)
		b.StopTimer()
		bare.run(b, turn)
		b.StartTimer()
	}
	b.ReportMetric(bare.perRequest()/pooled.perRequest(), "x-of-bare")
	b.ReportMetric(float64(pooled.p99())/float64(bare.p99()), "p99-x-of-bare")
}

func benchTransport(b *testing.B) *http.Transport {
	b.Helper()
	base := &http.Transport{MaxIdleConns: 2 * transportCallers, MaxIdleConnsPerHost: 2 * transportCallers}
	b.Cleanup(base.CloseIdleConnections)
	return base
}

// load sends requests and remembers how long they took.
type load struct {
	url     string
	rt      http.RoundTripper
	spent   time.Duration
	mu      sync.Mutex
	latency []time.Duration
}

func (l *load) reset() { l.spent, l.latency = 0, nil }

func (l *load) run(b *testing.B, requests int) {
	b.Helper()
	began := time.Now()
	var wg sync.WaitGroup
	for range transportCallers {
		wg.Go(func() {
			took := make([]time.Duration, requests/transportCallers)
			for i := range took {
				took[i] = l.send(b)
			}
			l.mu.Lock()
			l.latency = append(l.latency, took...)
			l.mu.Unlock()
		})
	}
	wg.Wait()
	l.spent += time.Since(began)
}

func (l *load) send(b *testing.B) time.Duration {
	began := time.Now()
	body := []byte(`{"model":"claude","max_tokens":16,"messages":[{"role":"user","content":"hello"}]}`)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, l.url+"/v1/messages", bytes.NewReader(body))
	if err != nil {
		b.Error(err)
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := l.rt.RoundTrip(req)
	if err != nil {
		b.Error(err)
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return time.Since(began)
}

func (l *load) perRequest() float64 { return float64(l.spent) / float64(len(l.latency)) }

func (l *load) p99() time.Duration {
	slices.Sort(l.latency)
	return l.latency[len(l.latency)*99/100]
}
