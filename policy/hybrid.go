package policy

import "time"

// The points of the hybrid strategy.
const (
	quotaPoints        = 450
	unknownUtilization = 65.0
	healthPoints       = 250
	restPoints         = 60
	fullRest           = 900 * time.Second
	activePoints       = 120
	claimedPoints      = -200
	// switchMargin is how much better another account must be than the active one.
	switchMargin = 40
)

// hybrid scores accounts by quota left, pace, health, rest and claims. It leaves
// the active account only for one that is clearly better. A score is a sum of
// lines, each of which holds for a while.
//
// The active account is kept out of the ranking: its rest starts anew with each
// request, and it is compared with the best of the others anyway.
type hybrid struct{ maxFailures float64 }

func newHybrid(maxFailures int) hybrid {
	if maxFailures <= 0 {
		maxFailures = 3
	}
	return hybrid{maxFailures: float64(maxFailures)}
}

func (hybrid) traits() traits { return traits{rest: true} }

func (h hybrid) line(f *Facts, epoch, now Instant) (line, Instant) {
	quota := quotaLeft(f.Windows, now)
	pace := paceOf(f.Windows, epoch, now)
	rest := restOf(f.LastUsed, epoch, now)
	score := line{
		slope: pace.slope + rest.slope,
		base:  quota.base + pace.base + rest.base + h.health(f) + claims(f),
	}
	return score, min(quota.until, pace.until, rest.until)
}

func (h hybrid) health(f *Facts) float64 {
	left := h.maxFailures - min(float64(max(f.Failures, 0)), h.maxFailures)
	return left / h.maxFailures * healthPoints
}

func claims(f *Facts) float64 {
	if f.Claimed {
		return claimedPoints
	}
	return 0
}

func (h hybrid) pick(p *Pool, q *query) Slot {
	p.hold(q.view, *q.active)
	best, g := p.top(q)
	active := *q.active
	switch {
	case !q.serves(active):
		active = best
	case best == nobody:
	case g.rank != q.view.places[active].rank:
		if g.rank > q.view.places[active].rank {
			active = best
		}
	case q.view.score(best, g) > h.activeScore(p, active)+switchMargin:
		active = best
	}
	if active != nobody {
		*q.active = active
	}
	return active
}

// hold keeps this account, in place of the one before, out of a view's ranking.
func (p *Pool) hold(v *view, s Slot) {
	old := v.held
	if old == s {
		return
	}
	v.held = s
	if old != nobody {
		p.regroup(old)
	}
	if s != nobody {
		p.regroup(s)
	}
}

// serves reports whether an account may serve, in any tier.
func (q *query) serves(s Slot) bool {
	return s != nobody && q.can(s, q.view.places[s].rank.tier()) && q.view.places[s].rank >= serving
}

func (v *view) score(s Slot, g *group) float64 {
	return g.lines[v.places[s].pos].at(g.clock)
}

func (h hybrid) activeScore(p *Pool, s Slot) float64 {
	l, _ := h.line(&p.members[s].facts, p.epoch, p.now)
	return l.at(p.seconds(p.now)) + activePoints
}

// segment is a line that holds until a moment.
type segment struct {
	line
	until Instant
}

// quotaLeft scores the highest utilization.
func quotaLeft(windows []Window, now Instant) segment {
	highest, until, known := 0.0, forever, false
	for i := range windows {
		w := &windows[i]
		if !w.live(now) {
			continue
		}
		highest = max(highest, w.percent())
		until, known = min(until, w.end()), true
	}
	if !known {
		highest = unknownUtilization
	}
	return segment{line{base: (100 - highest) / 100 * quotaPoints}, until}
}

// restOf scores how long the account has not been used, up to fullRest.
func restOf(used, epoch, now Instant) segment {
	rested := used.Add(fullRest)
	switch {
	case now >= rested:
		return segment{line{base: restPoints}, forever}
	case now < used:
		return segment{line{}, used}
	}
	slope := restPoints / fullRest.Seconds()
	return segment{line{slope: slope, base: slope * secondsFrom(used, epoch)}, rested}
}

// secondsFrom returns the seconds that pass from one instant to another.
func secondsFrom(from, to Instant) float64 {
	return float64(to-from) / float64(time.Second)
}
