package policy

// sticky keeps a conversation on its account, and what is new on the active
// one. Its lines are all alike: the first account in order is the best.
type sticky struct{}

func (sticky) traits() traits { return traits{claimsLast: true} }

func (sticky) line(*Facts, Instant, Instant) (line, Instant) { return line{}, forever }

// pick returns, from the highest tier that can serve, the conversation's
// account, else the active one, else the first. Of accounts that are not the
// conversation's, those unclaimed by others come first, the active one included.
// A conversation whose account cannot serve, or failed this very request, moves
// to the one that does, and stays there.
func (sticky) pick(p *Pool, q *query) Slot {
	best, g := p.top(q)
	if best == nobody {
		return nobody
	}
	tier := g.rank.tier()
	i := p.bindings.find(q.Affinity, p.now)
	if i != 0 && q.can(p.bound(i), tier) {
		p.bindings.use(i, p.now)
		return p.bound(i)
	}
	if a := *q.active; q.can(a, tier) && q.view.places[a].rank >= g.rank {
		best = a
	}
	*q.active = best
	if q.Affinity != "" {
		q.rebound = p.bind(q.Affinity, best)
	}
	return best
}

// bound returns the account of a binding, nobody when it was removed.
func (p *Pool) bound(i int32) Slot {
	b := &p.bindings.all[i]
	if p.ID(b.slot) != b.Account {
		b.slot = nobody
		if s, ok := p.byID[b.Account]; ok {
			b.slot = s
		}
	}
	return b.slot
}

// bind ties a conversation to an account, and reports whether it had another.
func (p *Pool) bind(key string, s Slot) (moved bool) {
	i := p.bindings.bind(key, p.now)
	b := &p.bindings.all[i]
	id := p.ID(s)
	moved = b.Account != "" && b.Account != id
	if b.Account != id {
		b.Account = id
		p.bindings.change(i)
	}
	b.slot = s
	return moved
}
