package admin_test

import (
	"database/sql"
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway/admin"
	"github.com/seed-810f1486/multiaccount/internal/usage"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// used stores records as serve does.
func (s *scene) used(t *testing.T, at time.Time, client, account string, input int) {
	t.Helper()
	db, err := sql.Open("sqlite", s.file(usage.FileName))
	rig.Must(t, err)
	_, err = db.ExecContext(t.Context(), `INSERT INTO requests VALUES (?, ?, 'anthropic', ?, 'opus', 200, 1, 1, 300, 100, ?, 5, 1, 4, 2)`, at.UnixMilli(), client, account, input)
	rig.Must(t, err)
	rig.Must(t, db.Close())
}

// report is what tests read of a report.
type report struct {
	Rows []struct {
		Key, Label string
		Requests   int
		Input      int `json:"input_tokens"`
		LatencyMS  int `json:"latency_ms"`
		Cost       float64
	}
	Total struct {
		Requests  int
		Input     int `json:"input_tokens"`
		LatencyMS int `json:"latency_ms"`
		Cost      float64
	}
	Currency string
}

func (s *scene) report(t *testing.T, query string) report {
	t.Helper()
	var r report
	s.want(t, http.StatusOK, call{method: "GET", path: "/usage" + query}).into(t, &r)
	return r
}

func TestUsage(t *testing.T) {
	s := play(t)
	_, id := s.owner(t, "ada@example.com")
	if r := s.report(t, ""); len(r.Rows) != 0 || r.Total.Requests != 0 {
		t.Errorf("nothing was used: %+v", r)
	}
	now := time.Now()
	s.used(t, now.Add(-time.Minute), "laptop", id, 10)
	s.used(t, now.Add(-time.Minute), "desk", "gone", 20)
	s.used(t, now.AddDate(0, 0, -3), "desk", id, 40)
	if r := s.report(t, "?by=account"); len(r.Rows) != 2 || r.Rows[0].Requests+r.Rows[1].Requests != 3 || r.Total.Input != 70 || r.Total.LatencyMS != 300 {
		t.Errorf("by account: %+v", r)
	}
	for _, row := range s.report(t, "?by=account").Rows {
		if row.Key == id && row.Label != "ada@example.com" {
			t.Errorf("the row is %+v", row)
		}
	}
	if r := s.report(t, "?by=client&since=1d"); len(r.Rows) != 2 || r.Rows[0].Key != "desk" || r.Rows[0].Input != 20 {
		t.Errorf("by client: %+v", r)
	}
	if r := s.report(t, ""); len(r.Rows) != 2 || r.Rows[0].Key != now.AddDate(0, 0, -3).Format(time.DateOnly) || r.Rows[0].Input != 40 {
		t.Errorf("by day: %+v", r)
	}
	if r := s.report(t, "?by=hour&since=2h"); r.Total.Requests != 2 {
		t.Errorf("by hour: %+v", r)
	}
	if r := s.report(t, "?by=model&until="+now.AddDate(0, 0, -1).UTC().Format(time.RFC3339)); r.Total.Requests != 1 {
		t.Errorf("until yesterday: %+v", r)
	}
	s.want(t, http.StatusOK, call{method: "PUT", path: "/settings", body: document(t, `{"prices": {"opus": {"input": 2, "output": 1000000}}, "currency": "USD"}`), header: http.Header{"If-Match": {"*"}}})
	if r := s.report(t, "?by=client&since=1d"); r.Currency != "USD" || math.Abs(r.Rows[0].Cost-4.00004) > 1e-9 || math.Abs(r.Total.Cost-8.00006) > 1e-9 {
		t.Errorf("with prices: %+v", r)
	}
	for _, query := range []string{"?since=soon", "?until=now", "?since=1h&until=2020-01-01T00:00:00Z"} {
		s.want(t, http.StatusBadRequest, call{method: "GET", path: "/usage" + query})
	}
	for _, query := range []string{"?by=colour", "?by=day&colour=blue", "?by=day&by=hour"} {
		if r := s.send(t, call{method: "GET", path: "/usage" + query, wrong: query == "?by=colour"}); r.status != http.StatusBadRequest {
			t.Errorf("%s: HTTP %d", query, r.status)
		}
	}
}

// series is what tests read of a series.
type series struct {
	Times []int64
	Lines []struct {
		Key, Label string
		Requests   []int
		Input      []int `json:"input_tokens"`
		Cost       []float64
		Unpriced   []string `json:"unpriced_models"`
	}
	Currency string
}

func (s *scene) series(t *testing.T, query string) series {
	t.Helper()
	var r series
	s.want(t, http.StatusOK, call{method: "GET", path: "/usage/series" + query}).into(t, &r)
	for _, line := range r.Lines {
		if len(line.Requests) != len(r.Times) || len(line.Input) != len(r.Times) {
			t.Errorf("%s: %d steps, and %d figures", query, len(r.Times), len(line.Requests))
		}
	}
	return r
}

func sum(all []int) (total int) {
	for _, n := range all {
		total += n
	}
	return total
}

func TestUsageSeries(t *testing.T) {
	s := play(t)
	now := time.Now()
	s.used(t, now.Add(-time.Minute), "laptop", "a", 10)
	s.used(t, now.Add(-3*time.Hour), "laptop", "a", 20)
	s.used(t, now.Add(-3*time.Hour), "desk", "b", 100)
	all := s.series(t, "")
	if len(all.Times) < 24 || len(all.Times) > 25 || len(all.Lines) != 1 || sum(all.Lines[0].Input) != 130 {
		t.Errorf("all: %+v", all)
	}
	if by := s.series(t, "?by=client&step=15m&since=6h"); len(by.Lines) != 2 || by.Lines[0].Key != "desk" || sum(by.Lines[1].Input) != 30 || by.Times[1]-by.Times[0] != 900 {
		t.Errorf("by client: %+v", by)
	}
	if days := s.series(t, "?step=1d&since=30d"); len(days.Times) != 31 || sum(days.Lines[0].Requests) != 3 {
		t.Errorf("by day: %+v", days)
	}
	if minutes := s.series(t, "?step=1m&since=10m"); len(minutes.Times) < 10 || sum(minutes.Lines[0].Requests) != 1 {
		t.Errorf("by minute: %+v", minutes)
	}
	s.want(t, http.StatusBadRequest, call{method: "GET", path: "/usage/series?step=1m&since=7d"})
	s.want(t, http.StatusBadRequest, call{method: "GET", path: "/usage/series?step=2m", wrong: true})
	for i := range 30 {
		s.used(t, now.Add(-time.Minute), "client-"+string(rune('a'+i)), "a", 1)
	}
	if by := s.series(t, "?by=client"); len(by.Lines) != 21 || by.Lines[20].Key != "~other" || by.Lines[0].Key != "desk" || sum(by.Lines[20].Requests) != 12 {
		t.Errorf("many clients: %d lines, the last is %+v", len(by.Lines), by.Lines[len(by.Lines)-1])
	}
}

// A gateway that fails to record says so, and that it does again.
func TestRecordingFails(t *testing.T) {
	recording := true
	s := play(t, func(c *admin.Config) { c.Recording = func() bool { return recording } })
	for _, recording = range []bool{true, false, true} {
		var health struct{ Recording bool }
		s.want(t, http.StatusOK, call{method: "GET", path: "/health"}).into(t, &health)
		if health.Recording != recording {
			t.Errorf("recording is told as %v", health.Recording)
		}
	}
}

// A series has the cost of each step, where the settings have prices.
func TestSeriesHaveCosts(t *testing.T) {
	s := play(t)
	now := time.Now()
	s.used(t, now.Add(-time.Minute), "laptop", "a", 10)
	s.used(t, now.Add(-3*time.Hour), "laptop", "a", 20)
	if r := s.series(t, "?by=client"); r.Lines[0].Cost != nil || r.Currency != "" {
		t.Errorf("without prices: %+v", r)
	}
	price := func(text string) {
		s.want(t, http.StatusOK, call{method: "PUT", path: "/settings", body: document(t, text), header: http.Header{"If-Match": {"*"}}})
	}
	price(`{"prices": {"opus": {"input": 2000000, "output": 0}}, "currency": "USD"}`)
	r := s.series(t, "?by=client")
	var costs []float64
	for _, cost := range r.Lines[0].Cost {
		if cost > 0 {
			costs = append(costs, cost)
		}
	}
	if len(r.Lines[0].Cost) != len(r.Times) || !slices.Equal(costs, []float64{40, 20}) || r.Currency != "USD" || r.Lines[0].Unpriced != nil {
		t.Errorf("with prices: %v, %+v", costs, r)
	}
	price(`{"prices": {"haiku": {"input": 1, "output": 0}}}`)
	if r := s.series(t, "?by=client"); !slices.Equal(r.Lines[0].Unpriced, []string{"opus"}) {
		t.Errorf("with another model's price: %+v", r)
	}
}

// Where nothing is recorded there are no figures, and the gateway says so.
func TestNothingRecorded(t *testing.T) {
	s := play(t, func(c *admin.Config) { c.Usage = nil })
	if r := s.report(t, ""); len(r.Rows) != 0 {
		t.Errorf("a report: %+v", r)
	}
	var health struct {
		Status, Version string
		Recording       bool
	}
	s.want(t, http.StatusOK, call{method: "GET", path: "/health"}).into(t, &health)
	if health.Recording || health.Version != "test" || health.Status != "ok" {
		t.Errorf("health: %+v", health)
	}
}
