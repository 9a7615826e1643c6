package operations_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/internal/serving/metrics"
	"github.com/seed-810f1486/multiaccount/internal/serving/traffic"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// lived are metrics that have all seen something: an account whose quota is known,
// requests, and each event that counts.
func lived(t *testing.T) (m *metrics.Metrics, accountID string) {
	t.Helper()
	srv := rig.Server(t)
	eng := rig.Open(t, multiaccount.Config{Providers: rig.Providers(srv)})
	pool := rig.Pool(t, eng, "anthropic")
	accountID = rig.Add(t, pool, rig.OAuth(srv.AddAccount(providertest.Account{
		Email: "work@example.com", Windows: []providertest.Window{{Name: "5h", Limit: 100, Used: 25, Length: 5 * time.Hour}},
	})))
	rig.MustAsk(t, rig.Client(t, pool), srv.URL)
	m = metrics.New(func() uint64 { return 3 })
	m.Watch(eng)
	about := event.Occurrence{Provider: "anthropic"}
	for _, e := range []event.Event{
		event.AccountCooled{Occurrence: about},
		event.PoolPaused{Occurrence: about},
		event.ConversationMoved{Occurrence: about},
		event.LoginRefreshed{Occurrence: about},
		event.LoginRefreshed{Occurrence: about, Adopted: true},
		event.RefreshFailed{Occurrence: about},
		event.LoginRejected{Occurrence: about},
		event.StreamCut{Occurrence: about},
		event.StreamFailed{Occurrence: about},
		event.CircuitOpened{Occurrence: about},
		event.EventsDropped{Occurrence: about, Count: 7},
	} {
		m.Happened(e)
	}
	r := &traffic.Request{Provider: "anthropic"}
	ctx := m.Began(t.Context(), r, http.Header{})
	m.Attempted(ctx, r, traffic.Attempt{Class: multiaccount.AttemptLimited, Next: multiaccount.NextAccount})
	m.Attempted(ctx, r, traffic.Attempt{Class: multiaccount.AttemptSuccess, Next: multiaccount.NextReturn})
	r.Status, r.Stream = http.StatusOK, true
	m.Streaming(r)
	r.FirstByte, r.Duration = time.Second, 3*time.Second
	m.Ended(ctx, r)
	m.Began(t.Context(), &traffic.Request{}, http.Header{})
	m.Streaming(&traffic.Request{Status: http.StatusSwitchingProtocols})
	return m, accountID
}

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("HTTP %d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// Each figure is counted once, where it belongs, and no account is named.
func TestMetricsCount(t *testing.T) {
	m, id := lived(t)
	text, hash := scrape(t, m), traffic.AccountHash(id)
	for _, want := range []string{
		`multiaccount_requests_total{code="200",provider="anthropic"} 1`,
		`multiaccount_attempts_total{class="limited",provider="anthropic"} 1`,
		`multiaccount_attempts_total{class="success",provider="anthropic"} 1`,
		`multiaccount_rotations_total{provider="anthropic"} 1`,
		`multiaccount_request_duration_seconds_sum{provider="anthropic"} 3`,
		`multiaccount_first_byte_seconds_sum{provider="anthropic"} 1`,
		`multiaccount_requests_in_flight 1`,
		`multiaccount_streams_open{kind="sse"} 0`,
		`multiaccount_streams_open{kind="websocket"} 1`,
		`multiaccount_cooldowns_total{provider="anthropic"} 1`,
		`multiaccount_pool_pauses_total{provider="anthropic"} 1`,
		`multiaccount_conversations_moved_total{provider="anthropic"} 1`,
		`multiaccount_refreshes_total{outcome="adopted",provider="anthropic"} 1`,
		`multiaccount_refreshes_total{outcome="failed",provider="anthropic"} 1`,
		`multiaccount_refreshes_total{outcome="refreshed",provider="anthropic"} 1`,
		`multiaccount_refreshes_total{outcome="rejected",provider="anthropic"} 1`,
		`multiaccount_streams_cut_total{provider="anthropic"} 2`,
		`multiaccount_circuit_open{provider="anthropic"} 1`,
		`multiaccount_events_missed_total 7`,
		`multiaccount_usage_records_dropped_total 3`,
		`multiaccount_accounts{provider="anthropic",state="ready"} 1`,
		`multiaccount_quota_left_ratio{account="` + hash + `",provider="anthropic",window="5h"} 0.7`,
		`multiaccount_account_requests_in_flight{account="` + hash + `",provider="anthropic"} 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if strings.Contains(text, id) || strings.Contains(text, "example.com") {
		t.Errorf("an account is named:\n%s", text)
	}
	m.Happened(event.CircuitClosed{Occurrence: event.Occurrence{Provider: "anthropic"}})
	if !strings.Contains(scrape(t, m), `multiaccount_circuit_open{provider="anthropic"} 0`) {
		t.Error("the circuit is still open")
	}
}

// An account that was removed is gone from the metrics.
func TestMetricsForgetAccounts(t *testing.T) {
	srv := rig.Server(t)
	eng := rig.Open(t, multiaccount.Config{Providers: rig.Providers(srv)})
	pool := rig.Pool(t, eng, "anthropic")
	id := rig.Add(t, pool, rig.OAuth(srv.AddAccount(providertest.Account{})))
	m := metrics.New(func() uint64 { return 0 })
	m.Watch(eng)
	if !strings.Contains(scrape(t, m), traffic.AccountHash(id)) {
		t.Error("the account is not there")
	}
	rig.Must(t, pool.Remove(t.Context(), id))
	if strings.Contains(scrape(t, m), traffic.AccountHash(id)) {
		t.Error("the account is still there")
	}
}
