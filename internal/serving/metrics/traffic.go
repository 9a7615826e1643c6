package metrics

import (
	"context"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seed-810f1486/multiaccount"
	seen "github.com/seed-810f1486/multiaccount/internal/serving/traffic"
)

// none is the provider of a request that was passed on to none.
const none = "none"

// traffic counts requests.
type traffic struct {
	requests, attempts, rotations *prometheus.CounterVec
	duration, firstByte           *prometheus.HistogramVec
	inFlight                      prometheus.Gauge
	streams                       *prometheus.GaugeVec
}

var _ seen.Watcher = (*Metrics)(nil)

func newTraffic() traffic {
	return traffic{
		requests:  counter("requests_total", `Requests that have ended, by what the client got; code 0 is nothing, provider "none" a request that was passed on to none.`, "provider", "code"),
		attempts:  counter("attempts_total", "Times that an account was asked, by what the answer means for the account.", "provider", "class"),
		rotations: counter("rotations_total", "Attempts after which another account was asked.", "provider"),
		duration: histogram("request_duration_seconds", "From a request's head to the end of its answer; WebSockets are left out.",
			[]float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600}, "provider"),
		firstByte: histogram("first_byte_seconds", "From a request's head to the first byte of its answer; WebSockets are left out.",
			[]float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}, "provider"),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: prefix + "requests_in_flight", Help: "Requests under way, WebSockets with them."}),
		streams:  gauge("streams_open", "Answers of events and WebSockets that are open.", "kind"),
	}
}

func (t *traffic) collectors() []prometheus.Collector {
	return []prometheus.Collector{t.requests, t.attempts, t.rotations, t.duration, t.firstByte, t.inFlight, t.streams}
}

// Began implements [seen.Watcher].
func (t *traffic) Began(ctx context.Context, _ *seen.Request, _ http.Header) context.Context {
	t.inFlight.Inc()
	return ctx
}

// Attempted implements [seen.Watcher].
func (t *traffic) Attempted(_ context.Context, r *seen.Request, a seen.Attempt) {
	t.attempts.WithLabelValues(r.Provider, string(a.Class)).Inc()
	if a.Next == multiaccount.NextAccount {
		t.rotations.WithLabelValues(r.Provider).Inc()
	}
}

// Streaming implements [seen.Watcher].
func (t *traffic) Streaming(r *seen.Request) { t.streams.WithLabelValues(kindOf(r)).Inc() }

// Ended implements [seen.Watcher].
func (t *traffic) Ended(_ context.Context, r *seen.Request) {
	t.inFlight.Dec()
	if kind := kindOf(r); kind != "" {
		t.streams.WithLabelValues(kind).Dec()
	}
	provider := r.Provider
	if provider == "" {
		provider = none
	}
	t.requests.WithLabelValues(provider, strconv.Itoa(r.Status)).Inc()
	if r.WebSocket {
		return
	}
	t.duration.WithLabelValues(provider).Observe(r.Duration.Seconds())
	if r.FirstByte > 0 {
		t.firstByte.WithLabelValues(provider).Observe(r.FirstByte.Seconds())
	}
}

// kindOf is what streams; empty for an answer that does not.
func kindOf(r *seen.Request) string {
	switch {
	case r.Status == http.StatusSwitchingProtocols:
		return "websocket"
	case r.Stream:
		return "sse"
	}
	return ""
}
