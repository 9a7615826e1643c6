package serving

import (
	"context"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/serving/accesslog"
	"github.com/seed-810f1486/multiaccount/internal/serving/metrics"
	"github.com/seed-810f1486/multiaccount/internal/serving/traces"
	"github.com/seed-810f1486/multiaccount/internal/serving/traffic"
)

// spansTime is how long the last spans may take to be sent.
const spansTime = 3 * time.Second

// watchers are who is told of each request, as far as that was asked for.
type watchers struct {
	traffic traffic.Recorder
	// figures are for Prometheus, access is the log of requests, spans are for a
	// collector; nil for none.
	figures *metrics.Metrics
	access  *accesslog.Log
	spans   *traces.Traces
}

// watchTraffic begins to watch.
func (s *server) watchTraffic(ctx context.Context) (err error) {
	if s.metrics.address != "" {
		s.figures = metrics.New(s.site.dropped)
		s.figures.Watch(s.site.Engine)
		s.traffic = append(s.traffic, s.figures)
	}
	if s.accessLog != "" {
		if s.access, err = accesslog.Open(s.accessLog, s.tellBefore("Requests are not logged: ")); err != nil {
			return err
		}
		s.traffic = append(s.traffic, s.access)
	}
	if s.spans, err = traces.Open(ctx, s.tellBefore("Traces are not sent: ")); s.spans != nil {
		s.traffic = append(s.traffic, s.spans)
	}
	return err
}

// closeWatchers ends what [server.watchTraffic] began, after the last request.
func (s *server) closeWatchers(ctx context.Context) (err error) {
	if s.access != nil {
		err = s.access.Close()
	}
	if s.spans != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), spansTime)
		defer cancel()
		_ = s.spans.Close(ctx) // what cannot be sent was told
	}
	return err
}

func (s *server) metricsHandler() http.Handler {
	if s.figures == nil {
		return http.NotFoundHandler()
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.figures.Handler())
	return mux
}
