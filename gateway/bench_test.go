package gateway_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/settings"
)

const benchToken = "token"

// BenchmarkGateway is requests over loopback through the gateway, against a bare
// httputil.ReverseProxy measured in turns with it.
func BenchmarkGateway(b *testing.B) {
	for _, kind := range []string{"JSON", "SSE"} {
		for _, size := range []int{1 << 10, 1 << 20} {
			for _, callers := range []int{1, 64} {
				b.Run(fmt.Sprintf("%s/%dKB/%d", kind, size>>10, callers), func(b *testing.B) {
					compare(b, load{body: benchBody(size, kind == "SSE"), callers: callers})
				})
			}
		}
	}
}

// benchBody is a request of that size.
func benchBody(size int, stream bool) []byte {
	head := fmt.Sprintf(`{"model":"claude","stream":%v,"metadata":{"user_id":"u"},"messages":[{"role":"user","content":"`, stream)
	return []byte(head + strings.Repeat("x", size-len(head)-4) + `"}]}`)
}

// benchProvider answers as the request asks: with an object, or 20 events.
func benchProvider(w http.ResponseWriter, r *http.Request) {
	beginning := make([]byte, 64)
	n, _ := io.ReadFull(r.Body, beginning)
	_, _ = io.Copy(io.Discard, r.Body)
	if !bytes.Contains(beginning[:n], []byte(`"stream":true`)) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"msg_1","type":"message","content":[{"type":"text","text":"`+strings.Repeat("x", 900)+`"}]}`)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for i := range 18 {
		if i == 1 && r.Header.Get("X-Stays-Open") != "" {
			<-r.Context().Done()
			return
		}
		_, _ = io.WriteString(w, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"word\"}}\n\n")
		_ = http.NewResponseController(w).Flush()
	}
	_, _ = io.WriteString(w, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
}

// bench has a gateway and a bare proxy before one provider.
type bench struct {
	client                  *http.Client
	gateway, bare, provider string
	ends                    []func()
}

func newBench(b *testing.B) *bench {
	b.Helper()
	p := &bench{}
	up := httptest.NewServer(http.HandlerFunc(benchProvider))
	p.atEnd(up.Close)
	target, err := url.Parse(up.URL)
	if err != nil {
		b.Fatal(err)
	}
	bare := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: p.transport(), ErrorLog: log.New(io.Discard, "", 0),
	})
	p.atEnd(bare.Close)
	served := httptest.NewUnstartedServer(nil)
	served.Config = gateway.Server(p.open(b, up.URL))
	served.Start()
	p.atEnd(served.Close)
	p.client, p.gateway, p.bare, p.provider = &http.Client{Transport: p.transport()}, served.URL, bare.URL, up.URL
	return p
}

func (p *bench) atEnd(end func()) { p.ends = append(p.ends, end) }

// close ends what was begun, the latest first.
func (p *bench) close() {
	for _, end := range slices.Backward(p.ends) {
		end()
	}
}

func (p *bench) transport() *http.Transport {
	t := &http.Transport{MaxIdleConns: 1024, MaxIdleConnsPerHost: 256, DisableCompression: true}
	p.atEnd(t.CloseIdleConnections)
	return t
}

func (p *bench) open(b *testing.B, address string) *gateway.Gateway {
	b.Helper()
	s := settings.Default()
	s.ProactiveRefresh, s.UsagePollInterval = false, 0
	eng, err := multiaccount.Open(context.Background(), multiaccount.Config{
		Providers: []providers.Provider{anthropic.New(anthropic.Options{BaseURL: address})}, Settings: s, Store: persistence.NewMemory(),
	})
	if err != nil {
		b.Fatal(err)
	}
	p.atEnd(func() { _ = eng.Close(context.Background()) })
	pool, err := eng.Pool("anthropic")
	if err != nil {
		b.Fatal(err)
	}
	for i := range 10 {
		if _, err := pool.Add(context.Background(), multiaccount.NewAccount{Subject: fmt.Sprint(i), AccessToken: fmt.Sprint("t", i), ExpiresAt: time.Now().Add(time.Hour)}); err != nil {
			b.Fatal(err)
		}
	}
	g, err := gateway.New(gateway.Config{
		Engine: eng, Clients: gateway.Tokens{{Hash: gateway.HashToken(benchToken), Client: gateway.Client{ID: "bench"}}},
	})
	if err != nil {
		b.Fatal(err)
	}
	p.atEnd(func() { _ = g.Drain(context.Background()) })
	return g
}

// load is what is sent.
type load struct {
	body    []byte
	callers int
}

// figures are of the requests of one side.
type figures struct {
	mu sync.Mutex
	// first is how long first bytes took.
	first []time.Duration
}

// sets is how many sets of connections serve: what the system has learnt of a
// connection makes a large body up to a quarter slower or faster, for the connection's
// life.
const sets = 24

// compare sends in turns to both. Each turn is short, so that what else the
// machine does meets both.
func compare(b *testing.B, l load) {
	turn := max(2*l.callers, 16)
	turns := max(b.N/turn/sets, 4)
	through, bare := &figures{}, &figures{}
	var ratios []float64
	for done := 0; done < b.N; {
		b.StopTimer()
		p := newBench(b)
		p.run(b, l, turn, &figures{}, false) // connections are made
		p.run(b, l, turn, &figures{}, true)
		var ours, its []time.Duration
		for ; done < b.N && len(ours) < turns; done += turn {
			b.StartTimer()
			ours = append(ours, p.run(b, l, turn, through, false))
			b.StopTimer()
			its = append(its, p.run(b, l, turn, bare, true))
		}
		ratios = append(ratios, float64(median(its))/float64(median(ours)))
		p.close()
	}
	b.ReportMetric(median(ratios), "x-of-bare")
	b.ReportMetric(float64(median(through.first)-median(bare.first))/float64(time.Microsecond), "µs-later")
}

// median is what a turn met as a rule, whatever else the machine did at times.
func median[T cmp.Ordered](all []T) T {
	slices.Sort(all)
	return all[len(all)/2]
}

// run returns how long the requests took.
func (p *bench) run(b *testing.B, l load, requests int, f *figures, bare bool) time.Duration {
	b.Helper()
	address := p.gateway
	if bare {
		address = p.bare
	}
	began := time.Now()
	var wg sync.WaitGroup
	for range l.callers {
		wg.Go(func() {
			for range requests / l.callers {
				first, err := p.send(address, l.body)
				if bare && err != nil {
					continue // a bare proxy cuts some answers that come while the body's end is read
				}
				if err != nil {
					b.Error(err)
					return
				}
				f.mu.Lock()
				f.first = append(f.first, first)
				f.mu.Unlock()
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// send returns how long the first byte of an answer took.
func (p *bench) send(address string, body []byte) (time.Duration, error) {
	began := time.Now()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address+"/anthropic/v1/messages", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header = http.Header{"Authorization": {"Bearer " + benchToken}, "Content-Type": {"application/json"}, "X-Claude-Code-Session-Id": {"s"}}
	resp, err := p.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	var one [1]byte
	if _, err := io.ReadFull(resp.Body, one[:]); err != nil {
		return 0, err
	}
	first := time.Since(began)
	_, err = io.Copy(io.Discard, resp.Body)
	return first, err
}

// BenchmarkStreamHeap is how much heap an open stream costs in the gateway: what it
// costs its client and its provider, which are in this process too, is taken off.
func BenchmarkStreamHeap(b *testing.B) {
	const streams = 500
	var costs []int64
	for b.Loop() {
		direct, through := newBench(b), newBench(b)
		costs = append(costs, through.heap(b, through.gateway+"/anthropic/v1/messages", streams)-direct.heap(b, direct.provider+"/v1/messages", streams))
		direct.close()
		through.close()
	}
	b.ReportMetric(float64(median(costs))/streams, "B/stream")
}

// heap is how much streams cost while they are open.
func (p *bench) heap(b *testing.B, address string, streams int) int64 {
	b.Helper()
	goroutines, before := runtime.NumGoroutine(), inUse()
	body := benchBody(64<<10, true)
	open := make([]*http.Response, streams)
	for i := range open {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		req.Header = http.Header{"Authorization": {"Bearer " + benchToken}, "X-Stays-Open": {"1"}}
		if open[i], err = p.client.Do(req); err != nil { //nolint:bodyclose // below
			b.Fatal(err)
		}
		if _, err := io.ReadFull(open[i].Body, make([]byte, 64)); err != nil {
			b.Fatal(err)
		}
	}
	cost := inUse() - before
	for _, resp := range open {
		_ = resp.Body.Close()
	}
	for runtime.NumGoroutine() > goroutines+50 { // until all that the streams were is gone
		runtime.Gosched()
	}
	return cost
}

func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
