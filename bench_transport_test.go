package multiaccount_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
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

const benchAnswer = `{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"hello"}]}`

// BenchmarkTransport is requests through a pool of 10 accounts against those of a
// bare transport, in turns with them, of which the medians count. x-of-bare is over
// loopback, with 64 callers; added-ns and added-allocs are with one caller and a
// transport that answers at once, so that nothing else is measured.
func BenchmarkTransport(b *testing.B) {
	for name, size := range map[string]int{"100B": 100, "10KB": 10 << 10, "1MB": 1 << 20} {
		b.Run("body="+name, func(b *testing.B) {
			body := benchBody(b, size)
			loopback(b, body)
			added(b, body)
		})
	}
}

// benchBody is a conversation of about that many bytes: source code in turns, and the
// model last.
func benchBody(b *testing.B, size int) []byte {
	b.Helper()
	type turn struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	turns := []turn{{Role: "user", Content: "hello"}}
	files, err := filepath.Glob("*.go")
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; size > 0; i++ {
		code, err := os.ReadFile(files[i%len(files)])
		if err != nil {
			b.Fatal(err)
		}
		turns = append(turns, turn{Role: "user", Content: string(code[:min(size, len(code))])})
		size -= len(code)
	}
	body, err := json.Marshal(struct {
		Messages []turn `json:"messages"`
		Model    string `json:"model"`
	}{turns, "claude"})
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// loopback measures with a server on this machine.
func loopback(b *testing.B, body []byte) {
	b.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, benchAnswer)
	}))
	b.Cleanup(srv.Close)
	base := benchTransport(b)
	bare := &load{url: srv.URL, body: body, rt: base, callers: transportCallers}
	pooled := &load{url: srv.URL, body: body, rt: tenAccounts(b, srv.URL).Transport(base), callers: transportCallers}
	turn := transportCallers * max(1, 1<<20/(len(body)+1<<16))
	inTurns(b, pooled, bare, turn, b.N/turn)
	b.ReportMetric(bare.median()/pooled.median(), "x-of-bare")
	b.ReportMetric(float64(pooled.p99())/float64(bare.p99()), "p99-x-of-bare")
}

// added measures what the pool adds to a transport that answers at once.
func added(b *testing.B, body []byte) {
	b.Helper()
	const turn = 100
	turns := min(b.N, 100)
	bare := &load{url: "http://localhost:1", body: body, rt: atOnce{}, callers: 1}
	pooled := &load{url: bare.url, body: body, rt: tenAccounts(b, bare.url).Transport(atOnce{}), callers: 1}
	inTurns(b, pooled, bare, turn, turns)
	b.ReportMetric(pooled.median()-bare.median(), "added-ns")
	b.ReportMetric(pooled.allocations(b)-bare.allocations(b), "added-allocs")
}

func tenAccounts(b *testing.B, url string) *multiaccount.Pool {
	b.Helper()
	eng := open(b, multiaccount.Config{
		Providers: []providers.Provider{anthropic.New(anthropic.Options{BaseURL: url})},
		Settings:  quiet(), Store: persistence.NewMemory(),
	})
	pool := poolOf(b, eng, "anthropic")
	for _, name := range strings.Split("abcdefghij", "") {
		add(b, pool, name)
	}
	return pool
}

func benchTransport(b *testing.B) *http.Transport {
	b.Helper()
	base := &http.Transport{MaxIdleConns: 2 * transportCallers, MaxIdleConnsPerHost: 2 * transportCallers}
	b.Cleanup(base.CloseIdleConnections)
	return base
}

// atOnce answers at once.
type atOnce struct{}

// RoundTrip implements [http.RoundTripper].
func (atOnce) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		ContentLength: int64(len(benchAnswer)), Body: io.NopCloser(strings.NewReader(benchAnswer)),
	}, r.Body.Close()
}

// load sends requests and remembers how long they took.
type load struct {
	url     string
	body    []byte
	rt      http.RoundTripper
	callers int
	// turns are the nanoseconds for each request, of each turn.
	turns   []float64
	mu      sync.Mutex
	latency []time.Duration
}

// inTurns has both send the same number of requests, neither always after the other.
func inTurns(b *testing.B, pooled, bare *load, turn, turns int) {
	b.Helper()
	for _, l := range []*load{pooled, bare} {
		l.run(b, turn) // opens the connections
		l.turns, l.latency = nil, nil
	}
	for i := range max(turns, 2) {
		order := []*load{pooled, bare}
		if i%2 == 1 {
			slices.Reverse(order)
		}
		for _, l := range order {
			l.run(b, turn)
		}
	}
}

func (l *load) run(b *testing.B, requests int) {
	b.Helper()
	began := time.Now()
	var wg sync.WaitGroup
	for range l.callers {
		wg.Go(func() {
			took := make([]time.Duration, requests/l.callers)
			for i := range took {
				took[i] = l.send(b)
			}
			l.mu.Lock()
			l.latency = append(l.latency, took...)
			l.mu.Unlock()
		})
	}
	wg.Wait()
	l.turns = append(l.turns, float64(time.Since(began))/float64(requests))
}

func (l *load) send(b *testing.B) time.Duration {
	began := time.Now()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, l.url+"/v1/messages", bytes.NewReader(l.body))
	if err != nil {
		b.Error(err)
		return 0
	}
	req.Header = http.Header{ // all that any client sends, so that the server reads no more with a pool
		"Content-Type": {"application/json"}, "Authorization": {"Bearer its-own"}, "Anthropic-Beta": {"oauth-2025-04-20"},
	}
	resp, err := l.rt.RoundTrip(req)
	if err != nil {
		b.Error(err)
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return time.Since(began)
}

func (l *load) median() float64 {
	slices.Sort(l.turns)
	return l.turns[len(l.turns)/2]
}

func (l *load) p99() time.Duration {
	slices.Sort(l.latency)
	return l.latency[len(l.latency)*99/100]
}

// allocations counts those of one request.
func (l *load) allocations(b *testing.B) float64 {
	b.Helper()
	runtime.GC()
	return testing.AllocsPerRun(100, func() { l.send(b) })
}
