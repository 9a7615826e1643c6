package policy

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Request is what selection needs to know of one request.
type Request struct {
	// Affinity ties the requests of one conversation to one account; empty
	// for a request that stands alone.
	Affinity string
	// Caller is who sends the request, when a host serves several: their
	// conversations are kept apart. Empty for the host itself.
	Caller string
	// Model is what the request asks for (see [account.Tiered]); empty when not
	// known.
	Model string
	// Kind is the only kind of account that may serve; empty for any.
	Kind account.Kind
	// Among are the ids of the only accounts that may serve; none for any.
	Among []string
	// Pin is the id of the only account that may serve; empty for any.
	Pin string
	// PinnedBy says who pinned the request; empty for the host.
	PinnedBy PinnedBy
	// Movable is set when Pin is only the account that the request used before:
	// another account may serve as well.
	Movable bool
	// Named are the ids of resources in the request that only the account which
	// made them can use: see [Pool.Owner].
	Named []string
	// Exclude are the ids of the accounts that this request tried already.
	Exclude []string
	// Priority orders the requests that wait for an account: the greatest is first,
	// of equal ones the oldest.
	Priority int
	// Waited is how long the request has waited so far, and WaitUntil how long it
	// may wait; zero means not at all.
	Waited    time.Duration
	WaitUntil Instant
}

// PinnedTo returns a copy that is pinned to an account.
func (r *Request) PinnedTo(id string, by PinnedBy) *Request {
	pinned := *r
	pinned.Pin, pinned.PinnedBy = id, by
	return &pinned
}

// Without returns a copy that also excludes these accounts.
func (r *Request) Without(ids []string) *Request {
	fewer := *r
	fewer.Exclude = slices.Concat(r.Exclude, ids)
	return &fewer
}

// PinnedBy says why a request is pinned to an account.
type PinnedBy string

// Who pinned a request.
const (
	// ByResource: the account made a resource that the request names.
	ByResource PinnedBy = "resource"
	// ByOwner: its owner has pinned all requests to the account.
	ByOwner PinnedBy = "owner"
)

// Choice is the answer to a [Request].
type Choice struct {
	// Slot is the account that serves. It means nothing unless OK is set.
	Slot Slot
	OK   bool
	// Rebound is set when the conversation had another account before.
	Rebound bool
	// Was is the account that the conversation had before, when it has another
	// now. Left says in a few words why that one does not serve.
	Was, Left string
	// Seq is the number of the decision, for [Pool.Decision].
	Seq uint64
	// Reason says why no account serves.
	Reason Reason
	// RetryAt is the first moment at which a limited account is available again,
	// whether or not this request tried it; zero when not known.
	RetryAt Instant
	// Probing is set while a request probes whether a limited account is available
	// again.
	Probing bool
}

// Reason says why no account serves a request.
type Reason uint8

// The reasons, from the most particular to the most general.
const (
	// Served: an account serves.
	Served Reason = iota
	// PinUnknown: the pinned account is not in the pool.
	PinUnknown
	// PinUnusable: the pinned account cannot serve now, or was tried already.
	PinUnusable
	// PinBusy: the pinned account has no free place until a request ends.
	PinBusy
	// OwnLimited: others could serve, but the conversation's own account is free
	// at RetryAt, which is worth waiting for.
	OwnLimited
	// Declined: the host's strategy picked none of its candidates.
	Declined
	// Panicked: the host's strategy panicked.
	Panicked
	// AllBusy: an account is not limited but has no free place. One may become
	// free before RetryAt.
	AllBusy
	// AllLimited: the accounts that could serve are cooling until RetryAt or later.
	AllLimited
	// AllTried: this request has tried every account that could serve.
	AllTried
	// NoneEligible: every account is switched off or disabled.
	NoneEligible
	// NoAccounts: the pool is empty.
	NoAccounts
	// ProviderDown: the provider is in trouble, so no account is asked.
	ProviderDown
	// PinOtherKind: the pinned account is not of the kind that may serve.
	PinOtherKind
	// NoneOfKind: the pool has accounts, but none of the kind that may serve.
	NoneOfKind
	// PinOutside: the pinned account is none of those that may serve.
	PinOutside
	// NoneAmong: the pool has none of the accounts that may serve.
	NoneAmong
)

// String returns the reason in a few words.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return "unknown"
}

var reasonNames = [...]string{ //nolint:gochecknoglobals // a constant table
	"served", "the account is not in the pool", "the account cannot serve", "the account is busy",
	"its conversation's account is limited for a moment", "declined by the strategy", "the strategy panicked",
	"all busy", "all limited", "all tried", "none eligible", "no accounts",
	"the provider is in trouble",
	"the account is of another kind than can serve the request", "no account of the kind that can serve the request",
	"the account is none of those that the request is bound to", "none of the accounts that the request is bound to",
}

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
