package policy

// refuse says why no account serves, and when one will.
func (p *Pool) refuse(q *query) Choice {
	if len(p.byID) > 0 && p.countKind(q.Kind) == 0 {
		return Choice{Reason: NoneOfKind}
	}
	if len(p.byID) > 0 && q.skip.nobody() {
		return Choice{Reason: NoneAmong}
	}
	c := Choice{RetryAt: p.earliest(q), Probing: p.probing(q)}
	switch {
	case q.boundAt != 0:
		c.Reason, c.RetryAt = OwnLimited, q.boundAt
	case q.declined:
		c.Reason = Declined
	case q.panicked:
		c.Reason = Panicked
	case q.view.firstIn(Busy, &q.skip) != nobody:
		c.Reason = AllBusy
	case c.RetryAt != 0:
		c.Reason = AllLimited
	case len(p.byID) == 0:
		c.Reason = NoAccounts
	case !p.eligible(q):
		c.Reason = NoneEligible
	default:
		c.Reason = AllTried
	}
	return c
}

// earliest returns when the first cooldown ends that keeps an account from
// serving the model; zero when there is none. Accounts that the request tried
// count as well.
func (p *Pool) earliest(q *query) Instant {
	if q.skip.cooling == nil && q.skip.tier == nil {
		return p.coolsUntil(q.view.firstIn(Cooling, &filter{among: q.skip.among, bound: q.skip.bound}), q.Model)
	}
	apart := filter{among: q.skip.among, bound: q.skip.bound, tier: q.skip.tier}
	if q.model != nil {
		apart.cooling = q.model.scope(q.only())
	}
	first := p.coolsUntil(q.view.firstIn(Cooling, &apart), q.Model)
	for _, m := range [...]*model{q.model, q.skip.tier} {
		for s := range m.all() {
			if !p.members[s].facts.is(q.Kind) || q.skip.outside(s) {
				continue
			}
			if at := p.coolsUntil(s, q.Model); at != 0 && (first == 0 || at < first) {
				first = at
			}
		}
	}
	return first
}

// coolsUntil returns when an account stops cooling for the model; zero when it is
// not cooling, or is not eligible.
func (p *Pool) coolsUntil(s Slot, model string) Instant {
	if s == nobody {
		return 0
	}
	f, until := &p.members[s].facts, p.members[s].coolEnd()
	if model != "" {
		until = max(until, f.cooldownOf(model))
	}
	if !f.Eligible || until <= p.now {
		return 0
	}
	return until
}
