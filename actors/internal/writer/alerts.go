package writer

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// alertsKept is how long the store remembers that an owner was alerted.
const alertsKept = 90 * 24 * time.Hour

// claimAlert decides under the pool's lock which process alerts the owner.
func (p *writer) claimAlert(m *messages.ClaimAlert) {
	now, mine := p.system.Now(), false
	p.changePool(m.Key.Provider, poolChange{
		mutate: func(s *persistence.PoolState) { mine = alertDue(s, m, now) },
		answer: func(err error) { m.Reply.Send(messages.AlertClaimed{Mine: mine && err == nil, Err: err}) },
	})
}

// alertDue reports whether an alert is due, and notes it in the pool's state. It
// also forgets old alerts.
func alertDue(s *persistence.PoolState, m *messages.ClaimAlert, now time.Time) bool {
	name := m.Key.ID + "/" + m.State
	last, known := s.Alerts[name]
	if known && last.Generation == m.Generation && (m.Again == 0 || now.Sub(last.At) < m.Again) {
		return false
	}
	if s.Alerts == nil {
		s.Alerts = map[string]persistence.Alert{}
	}
	for other, a := range s.Alerts {
		if now.Sub(a.At) > alertsKept {
			delete(s.Alerts, other)
		}
	}
	s.Alerts[name] = persistence.Alert{Generation: m.Generation, At: now}
	return true
}
