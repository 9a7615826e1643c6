package policy

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// ProbeAt returns when one request may probe whether rec is still limited, before
// the cooldown ends. That is so when nobody stated the end: after half of the
// guessed time and up to a quarter more by jitter, which is in [0, 1). It is zero
// when the end is known. A success frees the account, a limit renews the
// cooldown, any other outcome changes nothing.
func ProbeAt(rec *account.Record, jitter float64) Instant {
	var probe time.Time
	guessed := false
	for i := range rec.Limits {
		l := &rec.Limits[i]
		if l.Scope != account.ScopeAccount {
			continue
		}
		until := l.Until
		if l.Unstated {
			guessed = true
			until = l.SeenAt.Add(time.Duration(float64(l.Until.Sub(l.SeenAt)) * (0.5 + jitter/4)))
		}
		if until.After(probe) {
			probe = until
		}
	}
	if !guessed {
		return 0
	}
	return At(probe)
}

// coolEnd returns when the account may serve again, or be probed.
func (m *member) coolEnd() Instant {
	if m.probed == m.facts.CoolUntil {
		return m.facts.CoolUntil
	}
	return m.facts.coolEnd()
}

// coolEnd is that of an account for which no probe was sent.
func (f *Facts) coolEnd() Instant {
	if f.ProbeAt == 0 {
		return f.CoolUntil
	}
	return min(f.ProbeAt, f.CoolUntil)
}

// probe notes that a probe of the account is sent, if the request is one. Until
// its outcome is known the account keeps cooling.
func (p *Pool) probe(s Slot) bool {
	m := &p.members[s]
	if m.facts.CoolUntil <= p.now {
		return false
	}
	m.probed = m.facts.CoolUntil
	p.probes = append(p.probes, s)
	return true
}

// probing reports whether a probe of an account that may serve is under way.
func (p *Pool) probing(q *query) bool {
	for i := len(p.probes) - 1; i >= 0; i-- {
		m := &p.members[p.probes[i]]
		switch {
		case m.facts.CoolUntil <= p.now || m.probed != m.facts.CoolUntil:
			p.probes = slices.Delete(p.probes, i, i+1)
		case m.facts.is(q.Kind) && !q.skip.outside(p.probes[i]):
			return true
		}
	}
	return false
}
