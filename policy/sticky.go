package policy

import "time"

// cacheLife is how long after its last use a conversation is worth a wait: as
// long as providers cache its prompt (Anthropic, "Prompt caching": 5 minutes).
const cacheLife = 5 * time.Minute

// sticky keeps a conversation on its account, and gives new ones the active
// account. Its lines are all the same: the first account in order is the best.
type sticky struct{ wait time.Duration }

func (sticky) traits() traits { return traits{claimsLast: true} }

func (sticky) line(*Facts, Instant, Instant) (line, Instant) { return line{}, forever }

// pick returns, from the highest tier that can serve, the conversation's account,
// else the active one, else the first. Except for the conversation's account,
// accounts that other processes claim come last, even the active one. A
// conversation whose account cannot serve, or failed this request, moves to the
// account that serves, and stays there; unless waiting a short time for its
// account makes sense. Where the account cools for one model, what the conversation
// asks that model for moves alone.
func (s sticky) pick(p *Pool, q *query) Slot {
	best, g := p.top(q)
	i := p.bindingOf(q)
	if i != 0 {
		q.bound = p.bindings.all[i].Account
	}
	if i != 0 && (g != nil && q.can(p.bound(i), g.rank.tier()) || s.stays(p, q, i, best)) {
		p.bindings.use(i, p.now)
		return p.bound(i)
	}
	if i != 0 {
		q.boundAt = s.waitFor(p, q, i, best)
	}
	if best == nobody || q.boundAt != 0 {
		return nobody
	}
	if a := *q.active; q.can(a, g.rank.tier()) && q.view.places[a].rank >= g.rank {
		best = a
	}
	*q.active = best
	if q.Affinity != "" {
		p.bind(p.moving(q, i), best)
	}
	return best
}

// bindingOf returns the index of a request's binding, 0 for none: that of its
// model's part of the conversation where that moved alone, else the conversation's.
func (p *Pool) bindingOf(q *query) int32 {
	if p.bindings.parts > 0 && q.Affinity != "" {
		if i := p.bindings.find(partKey(q.Affinity, q.Model), p.now); i != 0 {
			return i
		}
	}
	return p.bindings.find(q.Affinity, p.now)
}

// moving returns the key of what moves with a request that has binding i: a side
// request to a small model must not take the conversation away from its cache.
func (p *Pool) moving(q *query, i int32) string {
	if i != 0 && (isPart(p.bindings.all[i].Key) || p.coolsForModelAlone(q, p.bound(i))) {
		return partKey(q.Affinity, q.Model)
	}
	return q.Affinity
}

// coolsForModelAlone reports whether an account may serve other models than a
// request's.
func (p *Pool) coolsForModelAlone(q *query, s Slot) bool {
	if s == nobody {
		return false
	}
	f := &p.members[s].facts
	return f.is(q.Kind) && !q.skip.outside(s) && f.Eligible && f.CoolUntil <= p.now && f.cooldownOf(q.Model) > p.now
}

// waitFor returns when the conversation's own account is free again, if that is
// worth waiting for: the provider still caches the conversation, and the wait is
// short. The request may have tried the account already; it is asked again after
// the wait. Zero means no.
func (s sticky) waitFor(p *Pool, q *query, i int32, best Slot) Instant {
	if !s.keeps(p, i, best) {
		return 0
	}
	f := &p.members[p.bound(i)].facts
	until := max(f.CoolUntil, f.cooldownOf(q.Model))
	if !f.is(q.Kind) || q.skip.outside(p.bound(i)) || !f.Eligible || until <= p.now || until > min(q.WaitUntil, p.now.Add(s.wait-q.Waited)) {
		return 0
	}
	return until
}

// stays reports whether a cached conversation's own account may serve although
// others come first, because it was limited just now and no longer is.
func (s sticky) stays(p *Pool, q *query, i int32, best Slot) bool {
	if !s.keeps(p, i, best) || !q.serves(p.bound(i)) {
		return false
	}
	f := p.members[p.bound(i)].facts
	f.RateLimitedAt = 0
	return f.sparedUntil(p.now) <= p.now
}

// keeps reports whether a conversation should stay with its account rather than
// move to best.
func (s sticky) keeps(p *Pool, i int32, best Slot) bool {
	own := p.bound(i)
	return s.wait > 0 && own != nobody && p.bindings.all[i].UsedAt.Add(cacheLife) > p.now &&
		(best == nobody || p.members[own].facts.Priority >= p.members[best].facts.Priority)
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

// bind ties a conversation to an account.
func (p *Pool) bind(key string, s Slot) {
	i := p.bindings.bind(key, p.now)
	b := &p.bindings.all[i]
	id := p.ID(s)
	if b.Account != id {
		b.Account = id
		p.bindings.change(i)
	}
	b.slot = s
}
