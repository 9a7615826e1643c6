package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/seed-810f1486/multiaccount/event"
)

// happenings counts events of an engine.
type happenings struct {
	cooldowns, pauses, moves, refreshes, streamsCut *prometheus.CounterVec
	circuit                                         *prometheus.GaugeVec
	missed                                          prometheus.Counter
}

func newHappenings() happenings {
	return happenings{
		cooldowns:  counter("cooldowns_total", "Limits that accounts met, each of which rests the account or one model of it.", "provider"),
		pauses:     counter("pool_pauses_total", "Times that all accounts of a provider were rested, since they share a limit.", "provider"),
		moves:      counter("conversations_moved_total", "Conversations that got another account than before.", "provider"),
		refreshes:  counter("refreshes_total", `Refreshes of logins; "adopted" is one that another process made, "rejected" a login that is of no use any more.`, "provider", "outcome"),
		streamsCut: counter("streams_cut_total", "Answers that failed or ended early after a part of them was passed on.", "provider"),
		circuit:    gauge("circuit_open", "1 while a provider is in trouble, so that requests to it wait.", "provider"),
		missed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: prefix + "events_missed_total", Help: "Events that came too fast to be counted here.",
		}),
	}
}

func (h *happenings) collectors() []prometheus.Collector {
	return []prometheus.Collector{h.cooldowns, h.pauses, h.moves, h.refreshes, h.streamsCut, h.circuit, h.missed}
}

// Happened takes in an event. It is for the Subscribe of an engine.
func (h *happenings) Happened(e event.Event) {
	provider := e.About().Provider
	switch e := e.(type) {
	case event.AccountCooled:
		h.cooldowns.WithLabelValues(provider).Inc()
	case event.PoolPaused:
		h.pauses.WithLabelValues(provider).Inc()
	case event.ConversationMoved:
		h.moves.WithLabelValues(provider).Inc()
	case event.LoginRefreshed, event.RefreshFailed, event.LoginRejected:
		h.refreshes.WithLabelValues(provider, outcomeOf(e)).Inc()
	case event.StreamFailed, event.StreamCut:
		h.streamsCut.WithLabelValues(provider).Inc()
	case event.CircuitOpened:
		h.circuit.WithLabelValues(provider).Set(1)
	case event.CircuitClosed:
		h.circuit.WithLabelValues(provider).Set(0)
	case event.EventsDropped:
		h.missed.Add(float64(e.Count))
	}
}

func outcomeOf(e event.Event) string {
	switch e := e.(type) {
	case event.RefreshFailed:
		return "failed"
	case event.LoginRejected:
		return "rejected"
	case event.LoginRefreshed:
		if e.Adopted {
			return "adopted"
		}
	}
	return "refreshed"
}
