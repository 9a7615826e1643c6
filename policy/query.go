package policy

import "github.com/seed-810f1486/multiaccount/account"

// query is a request in terms of the pool.
type query struct {
	*Request
	// scope is that of the kind; nil while any account may serve.
	scope *scope
	model *model
	view  *view
	skip  filter
	// active points to the active account; a strategy sets it.
	active *Slot
	// apart is the active account of a request that is bound to some accounts: it
	// moves nobody else.
	apart Slot
	// bound is the account that the conversation had before; empty for none.
	bound string
	// boundAt is when that account is free again, if it is worth waiting for.
	boundAt Instant
	// declined is set when a host's strategy picked none, panicked when it
	// panicked.
	declined, panicked bool
}

// ask translates a request. The query belongs to the pool, so that a request
// allocates none.
func (p *Pool) ask(r *Request) *query {
	q := &p.query
	*q = query{Request: r, view: p.base, active: &p.active, skip: filter{tried: q.skip.tried[:0], among: q.skip.among[:0]}, apart: nobody}
	for _, id := range r.Exclude {
		if s, ok := p.byID[id]; ok {
			q.skip.tried = append(q.skip.tried, s)
		}
	}
	if q.Kind != "" {
		p.askKind(q)
	}
	if len(r.Among) > 0 {
		p.askAmong(q)
	}
	wide, plain := *q.active, account.Untiered(r.Model)
	if m := p.models[plain]; m != nil {
		p.askModel(q, m, wide)
	}
	if tier := p.models[r.Model]; tier != nil && plain != r.Model {
		q.skip.tier = tier
		q.turnTo(tier.scope(q.only()), wide)
	}
	return q
}

// turnTo uses the active account of a scope when that of the wider scope is
// cooling for it.
func (q *query) turnTo(sc *scope, wide Slot) {
	if sc.cools(wide) {
		q.active = &sc.active
	}
}

// askModel chooses the view for a model for which accounts are cooling.
func (p *Pool) askModel(q *query, m *model, wide Slot) {
	sc := m.scope(q.only())
	q.model = m
	q.turnTo(sc, wide)
	if p.worthView(sc) {
		p.build(sc)
	}
	if sc.view != nil {
		q.view = sc.view
	} else {
		q.skip.cooling = sc
	}
}

// only returns the kind that narrows the pool's accounts; empty while all
// accounts are of the requested kind, or any may serve.
func (q *query) only() account.Kind {
	if q.scope == nil {
		return ""
	}
	return q.scope.kind
}

// can reports whether an account may serve in that tier.
func (q *query) can(s Slot, tier rank) bool {
	return s != nobody && q.view.places[s].rank.tier() == tier && (q.skip.empty() || !q.skip.has(s))
}
