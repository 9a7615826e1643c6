package policy

import "slices"

// Select picks the account that serves r, takes one of its places, and notes that
// it is used now. It keeps r until the next call, and does not change it.
func (p *Pool) Select(r *Request, now Instant) Choice {
	p.advance(now)
	before := p.active
	if r.Pin != "" {
		s, c := p.selectPinned(r)
		return p.finish(r, before, nil, s, c)
	}
	q := p.ask(r)
	s := Slot(nobody)
	if p.countKind(q.Kind) > 0 && !q.skip.nobody() {
		s = p.rule.pick(p, q)
	}
	if s == nobody {
		return p.finish(r, before, q, s, p.refuse(q))
	}
	c := Choice{Slot: s, OK: true}
	if q.bound != "" && q.bound != p.ID(s) {
		c.Rebound, c.Was, c.Left = true, q.bound, p.whyLeft(q)
	}
	return p.finish(r, before, q, s, c)
}

// TurnAway remembers a request that is refused whatever the state of the
// accounts, and returns that as a choice.
func (p *Pool) TurnAway(r *Request, reason Reason, retryAt, now Instant) Choice {
	p.advance(now)
	return p.finish(r, p.active, nil, nobody, Choice{Reason: reason, RetryAt: retryAt})
}

// finish remembers a decision and carries it out.
func (p *Pool) finish(r *Request, before Slot, q *query, s Slot, c Choice) Choice {
	p.remember(r, before, q, s, &c)
	c.Seq = p.decisions.last
	if s != nobody {
		p.take(s)
	}
	return c
}

// whyLeft says why a conversation's account no longer serves it.
func (p *Pool) whyLeft(q *query) string {
	s, ok := p.byID[q.bound]
	switch {
	case !ok:
		return "no longer in the pool"
	case !p.members[s].facts.is(q.Kind):
		return wrongKind
	case q.skip.outside(s):
		return outside
	case slices.Contains(q.Exclude, q.bound):
		return "failed the request"
	}
	if st, _ := p.stateFor(s, q.Model); st != Usable {
		return st.String()
	}
	return "another of a higher priority is usable"
}

// top returns the best account that may serve.
func (p *Pool) top(q *query) (Slot, *group) {
	return q.view.top(p.seconds(p.now), &q.skip)
}

// take notes that an account serves a request from now on.
func (p *Pool) take(s Slot) {
	m := &p.members[s]
	m.facts.LastUsed = p.now
	full := p.probe(s)
	if most := m.facts.MaxInFlight; most > 0 {
		m.inFlight++
		full = full || int(m.inFlight) >= most
	}
	switch {
	case full:
		p.regroup(s)
	case p.traits.rest && !p.heldOut(s):
		p.assign(s) // the last use alone is not worth another snapshot
	}
}

// heldOut reports whether no view ranks the account. The hybrid strategy does
// that with the active one.
func (p *Pool) heldOut(s Slot) bool {
	for _, sc := range p.viewed {
		if sc.view.held != s {
			return false
		}
	}
	return p.base.held == s
}

func (p *Pool) selectPinned(r *Request) (Slot, Choice) {
	s, ok := p.byID[r.Pin]
	if !ok {
		return nobody, Choice{Reason: PinUnknown}
	}
	if !p.members[s].facts.is(r.Kind) {
		return nobody, Choice{Reason: PinOtherKind}
	}
	if len(r.Among) > 0 && !slices.Contains(r.Among, r.Pin) {
		return nobody, Choice{Reason: PinOutside}
	}
	st, until := p.stateFor(s, r.Model)
	if st == Busy {
		return nobody, Choice{Reason: PinBusy}
	}
	if st < Available || slices.Contains(r.Exclude, r.Pin) {
		return nobody, Choice{Reason: PinUnusable, RetryAt: until}
	}
	return s, Choice{Slot: s, OK: true}
}
