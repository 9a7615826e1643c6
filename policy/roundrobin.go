package policy

import "math"

// roundRobin takes the accounts in turn, by weight: smooth weighted
// round-robin, as nginx has it, so that weights of 5, 1 and 1 give a a b a c a
// a. There, each pick adds to every account its weight and takes from the one
// picked the sum of all. Here, an account's line rises by its weight with each
// turn, and only the one picked is touched.
type roundRobin struct{}

// round is what one pick costs an account, and what all accounts of a group
// together gain by it. It does not depend on the group's weights, so that what
// an account is owed keeps its meaning when others come and go. Being divisible
// by every sum of weights up to 16, it leaves ties exact in small pools.
const round = 720720

// maxWeight is what a weight beyond it counts as.
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

// turn gives every member its share of a round, and lets the best that skip
// lets pass pay for it.
func (g *group) turn(skip *filter) Slot {
	step := max(1, math.Floor(round/g.weight))
	g.clock += step
	pos := g.top(skip)
	l := g.lines[pos]
	l.base -= step * g.weight
	g.set(pos, l)
	return g.slots[pos]
}
