package policy

import "github.com/seed-810f1486/multiaccount/account"

// scope is what a pool knows of the requests for one kind of account, or for any,
// and for one model for which accounts are cooling, or for all other models.
type scope struct {
	// kind is empty for any.
	kind account.Kind
	// model is nil for the models for which no account is cooling.
	model *model
	// active is the active account while that of the wider scope cannot serve;
	// nobody for none.
	active Slot
	// view has the accounts for these requests; nil while the wider scope's view
	// is used and the cooling accounts are skipped.
	view *view
	// skipped counts how often an account was skipped because there is no view.
	skipped int
}

// kindAccounts is what a pool knows of the accounts of one kind.
type kindAccounts struct {
	scope
	// accounts counts them.
	accounts int
}

// is reports whether the account is of a kind; the empty kind matches any.
func (f *Facts) is(kind account.Kind) bool { return kind == "" || kind == f.Kind }

// cools reports whether the account is cooling for the scope's model; the nil
// scope has none.
func (sc *scope) cools(s Slot) bool { return sc != nil && sc.model.cools(s) }

// leave notes that an account is no longer in use.
func (sc *scope) leave(s Slot) {
	if sc.active == s {
		sc.active = nobody
	}
}

// ofKind returns what is known of a kind, and makes it if needed.
func (p *Pool) ofKind(kind account.Kind) *kindAccounts {
	if k := p.findKind(kind); k != nil {
		return k
	}
	k := &kindAccounts{scope: scope{kind: kind, active: nobody}}
	p.kinds = append(p.kinds, k)
	return k
}

// findKind returns what is known of a kind; nil when no account is or was of it.
func (p *Pool) findKind(kind account.Kind) *kindAccounts {
	for _, k := range p.kinds {
		if k.kind == kind {
			return k
		}
	}
	return nil
}

// countKind returns how many accounts are of a kind; the empty kind means any.
func (p *Pool) countKind(kind account.Kind) int {
	if kind == "" {
		return len(p.byID)
	}
	if k := p.findKind(kind); k != nil {
		return k.accounts
	}
	return 0
}

// askKind chooses the view for a request that only one kind of account can serve.
// While all accounts are of that kind, it is the view for all.
func (p *Pool) askKind(q *query) {
	k := p.findKind(q.Kind)
	if k == nil || k.accounts == len(p.byID) {
		return
	}
	if k.view == nil {
		p.build(&k.scope)
	}
	q.scope, q.view = &k.scope, k.view
	if p.active != nobody && !p.members[p.active].facts.is(k.kind) {
		q.active = &k.active
	}
}

// build gives a scope a view of its own.
func (p *Pool) build(sc *scope) {
	sc.view = newView(len(p.members), p.traits.turns)
	p.viewed = append(p.viewed, sc)
	for i := range p.members {
		s := Slot(i)
		st := p.base.places[s].rank.state()
		l, _ := p.lineOf(s, st)
		p.putFor(sc, s, st, l)
	}
}
