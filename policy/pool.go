// Package policy decides and does nothing else. It uses no clock, no disk and no
// actor: the caller passes the time in and carries out the decision.
//
// [Pool] decides which account serves a request. [Report] and [RetryPlan] decide
// what an answer means.
package policy

import (
	"slices"
	"time"
)

// Slot is an account's place in a [Pool]: a small number, good as an index. The
// slot of a removed account is given to a later one. When nothing else decides
// between two accounts, the lower slot comes first.
type Slot int32

// Pool decides which account serves each request. The cost of a decision does not
// grow with the number of accounts, except with a host's own strategy.
//
// Each account is in one group with those of the same state and priority, and
// each group knows its best member at any time (see view and ranking). What
// changes by time alone, such as the end of a cooldown, waits in a queue. Every
// method first handles what is due.
//
// A Pool is not safe for concurrent use. Its methods take the current time.
type Pool struct {
	opts   Options
	rule   rule
	traits traits

	byID    map[string]Slot
	members []member
	free    []Slot

	base   *view
	active Slot
	models map[string]*model
	kinds  []*kindAccounts
	// viewed are the scopes that have a view of their own.
	viewed []*scope

	bindings  bindings
	owned     bindings
	decisions decisions
	// changes counts the changes of accounts.
	changes uint64
	// probes are the slots of accounts with a probe under way; some of those
	// probes may have ended.
	probes []Slot

	now, epoch Instant
	// due holds the accounts that change by time alone, the earliest on top, at
	// dueAt.
	due   ranking
	dueAt Instant

	// query belongs to the Select that is running.
	query query
}

// member is an account in its slot.
type member struct {
	facts    Facts
	inFlight int32
	// duePos is the position in the pool's queue; nobody when it is not in it.
	duePos int32
	dueAt  Instant
	// probed is the CoolUntil of the cooldown for which a probe was sent.
	probed Instant
}

// NewPool returns an empty pool. It fails when the strategy is unknown.
func NewPool(o Options) (*Pool, error) {
	r, err := o.rule()
	if err != nil {
		return nil, err
	}
	p := &Pool{
		opts: o, rule: r, traits: r.traits(),
		byID: map[string]Slot{}, models: map[string]*model{}, bindings: newBindings(bindingLife), owned: newBindings(ownedLife),
		active: nobody, dueAt: forever,
	}
	p.base = newView(0, p.traits.turns)
	return p, nil
}

// Put adds an account or replaces its facts, and returns its slot. The pool keeps
// its own count of requests in flight, and the later LastUsed.
func (p *Pool) Put(f Facts, now Instant) Slot {
	p.advance(now)
	s, known := p.byID[f.ID]
	if !known {
		s = p.open(f.ID)
	}
	m := &p.members[s]
	f.LastUsed = max(f.LastUsed, m.facts.LastUsed)
	p.markSpared(&f, m.facts.Windows)
	if f.MaxInFlight <= 0 {
		m.inFlight = 0
	}
	p.replace(s, f)
	p.regroup(s)
	return s
}

// Grow allocates room for that many more accounts. It changes no decision.
func (p *Pool) Grow(accounts int) {
	p.members = slices.Grow(p.members, accounts)
	p.base.places = slices.Grow(p.base.places, accounts)
}

// open finds a slot for a new account.
func (p *Pool) open(id string) Slot {
	s := Slot(len(p.members)) //nolint:gosec // far fewer accounts
	if last := len(p.free) - 1; last >= 0 {
		s, p.free = p.free[last], p.free[:last]
		p.members[s] = member{duePos: nobody}
	} else {
		p.members = append(p.members, member{duePos: nobody})
		p.eachView(func(v *view) { v.grow(len(p.members)) })
	}
	p.byID[id] = s
	return s
}

// SetClaimed notes whether another process uses the account.
func (p *Pool) SetClaimed(id string, claimed bool, now Instant) {
	p.advance(now)
	if s, ok := p.byID[id]; ok && p.members[s].facts.Claimed != claimed {
		p.members[s].facts.Claimed = claimed
		p.regroup(s)
	}
}

// Remove removes an account. If it was the active one, the next usable one
// becomes active.
func (p *Pool) Remove(id string, now Instant) {
	p.advance(now)
	s, ok := p.byID[id]
	if !ok {
		return
	}
	p.replace(s, Facts{})
	p.eachView(func(v *view) { v.drop(s) })
	p.schedule(s, forever)
	delete(p.byID, id)
	p.members[s] = member{duePos: nobody}
	p.free = append(p.free, s)
	p.replaceActive(s)
}

// replaceActive finds a successor for an account that was removed.
func (p *Pool) replaceActive(removed Slot) {
	for _, k := range p.kinds {
		k.leave(removed)
	}
	for _, m := range p.models {
		for _, sc := range m.scopes {
			sc.leave(removed)
		}
	}
	if p.active == removed {
		p.hold(p.base, nobody)
		p.active, _ = p.base.top(p.seconds(p.now), nil)
	}
}

// Release frees the place that Select took. It does nothing for an account
// without a limit on requests in flight.
func (p *Pool) Release(id string, now Instant) {
	p.advance(now)
	s, ok := p.byID[id]
	if !ok || p.members[s].inFlight == 0 {
		return
	}
	p.members[s].inFlight--
	if p.base.places[s].rank.state() == Busy {
		p.regroup(s)
	}
}

// Slot returns the account's slot.
func (p *Pool) Slot(id string) (Slot, bool) {
	s, ok := p.byID[id]
	return s, ok
}

// ID returns the id of the account in the slot; empty when the slot is free.
func (p *Pool) ID(s Slot) string {
	if s < 0 || int(s) >= len(p.members) {
		return ""
	}
	return p.members[s].facts.ID
}

// Len returns the number of accounts.
func (p *Pool) Len() int { return len(p.byID) }

// Active returns the id of the active account; empty for none.
func (p *Pool) Active() string { return p.ID(p.active) }

// SetActive sets the active account, as after a restart. With an unknown id the
// pool has none.
func (p *Pool) SetActive(id string) {
	p.active = nobody
	if s, ok := p.byID[id]; ok {
		p.active = s
	}
}

// eachView calls do for the base view and those of scopes.
func (p *Pool) eachView(do func(*view)) {
	do(p.base)
	for _, sc := range p.viewed {
		do(sc.view)
	}
}

// seconds returns i in the time of the lines that count seconds.
func (p *Pool) seconds(i Instant) float64 {
	return float64(i-p.epoch) / float64(time.Second)
}
