package policy

import "math"

// roundRobin takes the accounts in turn, by weight: smooth weighted round-robin
// as in nginx, where weights of 5, 1 and 1 give a a b a c a a. In nginx each pick
// adds to every account its weight and subtracts the sum of all weights from the
// picked one. Here the line of an account rises by its weight with each turn, and
// only the picked account is changed.
type roundRobin struct{}

// round is what one pick costs an account, and what all accounts of a group
// together gain by it. It does not depend on the group's weights, so the credit
// of an account keeps its meaning when others come and go. It is divisible by
// every sum of weights up to 16, which keeps ties exact in small pools.
const round = 720720

// maxWeight is the greatest weight that counts.
const maxWeight = 10_000

func (roundRobin) traits() traits { return traits{claimsLast: true, turns: true} }

func (roundRobin) line(f *Facts, _, _ Instant) (line, Instant) {
	return line{slope: float64(min(max(f.Weight, 1), maxWeight))}, forever
}

func (roundRobin) pick(p *Pool, q *query) Slot {
	s, g := p.top(q)
	if s == nobody {
		return nobody
	}
	*q.active = g.turn(&q.skip)
	return *q.active
}

// turn gives every member its share of a round; the best member that skip lets
// pass pays for it.
func (g *group) turn(skip *filter) Slot {
	step := max(1, math.Floor(round/g.weight))
	g.clock += step
	pos := g.top(skip)
	l := g.lines[pos]
	l.base -= step * g.weight
	g.set(pos, l)
	return g.slots[pos]
}
