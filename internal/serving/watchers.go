package serving

import (
	"net/http"

	"github.com/seed-810f1486/multiaccount/internal/serving/accesslog"
	"github.com/seed-810f1486/multiaccount/internal/serving/metrics"
	"github.com/seed-810f1486/multiaccount/internal/serving/traffic"
)

// watchers are who is told of each request, as far as that was asked for.
type watchers struct {
	traffic traffic.Recorder
	// figures are for Prometheus, access is the log of requests; nil for none.
	figures *metrics.Metrics
	access  *accesslog.Log
}

// watchTraffic begins to watch.
func (s *server) watchTraffic() (err error) {
	if s.metrics.address != "" {
		s.figures = metrics.New(s.site.dropped)
		s.figures.Watch(s.site.Engine)
		s.traffic = append(s.traffic, s.figures)
	}
	if s.accessLog != "" {
		if s.access, err = accesslog.Open(s.accessLog, s.tellUnlogged); err != nil {
			return err
		}
		s.traffic = append(s.traffic, s.access)
	}
	return nil
}

func (s *server) tellUnlogged(err error) { s.tell("Requests are not logged: " + err.Error()) }

// closeWatchers ends what [server.watchTraffic] began, after the last request.
func (s *server) closeWatchers() error {
	if s.access == nil {
		return nil
	}
	return s.access.Close()
}

func (s *server) metricsHandler() http.Handler {
	if s.figures == nil {
		return http.NotFoundHandler()
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.figures.Handler())
	return mux
}
