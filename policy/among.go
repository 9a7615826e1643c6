package policy

// outside is why an account is passed over that the request is not bound to.
const outside = "none of the accounts that the request is bound to"

// askAmong binds a query to the accounts that its request names, as far as they
// are there and of its kind.
func (p *Pool) askAmong(q *query) {
	q.skip.bound, q.active = true, &q.apart
	for _, id := range q.Among {
		if s, ok := p.byID[id]; ok && p.members[s].facts.is(q.Kind) {
			q.skip.among = append(q.skip.among, s)
		}
	}
}

// eligible reports whether an account that the query is bound to can serve, now
// or later.
func (p *Pool) eligible(q *query) bool {
	if !q.skip.bound {
		return q.view.ranked() > 0
	}
	for _, s := range q.skip.among {
		if p.members[s].facts.Eligible {
			return true
		}
	}
	return false
}
