package metrics

import (
	"context"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seed-810f1486/multiaccount"
	seen "github.com/seed-810f1486/multiaccount/internal/serving/traffic"
)

// askTime is how long the pools may take to say how their accounts are.
const askTime = 2 * time.Second

// accounts asks an engine for its accounts when somebody asks for the metrics: an
// account that was removed is gone then, and nothing is kept beside the engine.
type accounts struct {
	engine          *multiaccount.Engine
	state, quota    *prometheus.Desc
	resets, serving *prometheus.Desc
}

// Watch adds metrics of an engine's accounts and events, until the engine is closed.
func (m *Metrics) Watch(engine *multiaccount.Engine) {
	engine.Subscribe(m.Happened)
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prefix+name, help, labels, nil)
	}
	m.registry.MustRegister(&accounts{
		engine:  engine,
		state:   describe("accounts", "Accounts, by what they can do now.", "provider", "state"),
		quota:   describe("quota_left_ratio", "How much of an account's quota window is left: 1 for all, 0 for nothing, below when overdrawn.", "provider", "account", "window"),
		resets:  describe("quota_reset_timestamp_seconds", "When an account's quota window begins anew, in seconds since 1970.", "provider", "account", "window"),
		serving: describe("account_requests_in_flight", "Requests that an account serves now, in this process.", "provider", "account"),
	})
}

// Describe implements [prometheus.Collector].
func (a *accounts) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{a.state, a.quota, a.resets, a.serving} {
		to <- desc
	}
}

// Collect implements [prometheus.Collector]. A pool that does not answer in time is
// left out.
func (a *accounts) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	for _, p := range a.engine.Providers() {
		pool, err := a.engine.Pool(p.Name())
		if err != nil {
			continue
		}
		if all, err := pool.Accounts(ctx); err == nil {
			a.tell(to, p.Name(), all)
		}
	}
}

func (a *accounts) tell(to chan<- prometheus.Metric, provider string, all []multiaccount.AccountStatus) {
	now, states := time.Now(), map[multiaccount.State]int{}
	for i := range all {
		states[all[i].State]++
		hash := seen.AccountHash(all[i].ID)
		value := func(desc *prometheus.Desc, v float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, v, append([]string{provider, hash}, labels...)...)
		}
		value(a.serving, float64(all[i].InFlight))
		for _, w := range current(all[i].Usage, now) {
			value(a.quota, 1-w.Utilization/100, w.Name)
			if !w.ResetAt.IsZero() {
				value(a.resets, float64(w.ResetAt.Unix()), w.Name)
			}
		}
	}
	for state, n := range states {
		to <- prometheus.MustNewConstMetric(a.state, prometheus.GaugeValue, float64(n), provider, string(state))
	}
}

// current are the windows that say something: each name once, and not what has
// begun anew.
func current(all []multiaccount.UsageWindow, now time.Time) []multiaccount.UsageWindow {
	var windows []multiaccount.UsageWindow
	seen := map[string]bool{}
	for _, w := range all {
		w.Name = strings.ToValidUTF8(w.Name, "?") // a server's word
		if seen[w.Name] || !w.ResetAt.IsZero() && !w.ResetAt.After(now) {
			continue
		}
		seen[w.Name] = true
		windows = append(windows, w)
	}
	return windows
}
