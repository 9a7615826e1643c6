package policy

import (
	"cmp"
	"slices"
	"time"
)

// custom lets the host's strategy pick. Its lines are all alike.
type custom struct {
	strategy   Strategy
	candidates []Candidate
	slots      []Slot
}

func (*custom) traits() traits { return traits{} }

func (*custom) line(*Facts, Instant, Instant) (line, Instant) { return line{}, forever }

func (c *custom) pick(p *Pool, q *query) Slot {
	_, g := p.top(q)
	if g == nil {
		return nobody
	}
	c.list(p, q, g)
	i, ok := c.ask(*q.Request, p.now.Time())
	if !ok || i < 0 || i >= len(c.slots) {
		q.declined, q.panicked = ok, !ok
		return nobody
	}
	*q.active = c.slots[i]
	return c.slots[i]
}

// ask calls the host's strategy. ok is false when that panicked: then only this
// request fails.
func (c *custom) ask(r Request, now time.Time) (i int, ok bool) {
	defer func() { _ = recover() }()
	return c.strategy.Pick(c.candidates, r, now), true
}

// list collects the members of g that may serve, in order.
func (c *custom) list(p *Pool, q *query, g *group) {
	c.candidates, c.slots = c.candidates[:0], c.slots[:0]
	for _, s := range g.slots {
		if !q.skip.has(s) {
			c.slots = append(c.slots, s)
		}
	}
	slices.SortFunc(c.slots, cmp.Compare)
	for _, s := range c.slots {
		m := &p.members[s]
		c.candidates = append(c.candidates, Candidate{
			Facts: m.facts, InFlight: int(m.inFlight), Active: s == *q.active,
		})
	}
}
