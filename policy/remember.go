package policy

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

const (
	// keptDecisions is how many decisions a pool remembers.
	keptDecisions = 200
	// fewAccounts is how many accounts a decision names at most.
	fewAccounts = 8
)

// decisions are a pool's latest, in a ring. They hold the affinity keys of the
// requests, and the accounts are not explained yet: both is done when somebody
// reads them.
type decisions struct {
	ring []remembered
	last uint64
}

// remembered is a decision in the ring.
type remembered struct {
	Decision
	// apart is the chosen account of a large pool when it is not in the snapshot.
	apart Considered
}

// snapshot is the accounts as they were at one moment. Taking one costs more than
// a pick, so decisions in one view share a snapshot until an account changes, for
// a second at most.
type snapshot struct {
	changes uint64
	at      Instant
	// named is never written to after the snapshot is taken.
	named []Considered
	slots []Slot
}

const snapshotLife = time.Second

// next returns the place for the next decision.
func (d *decisions) next() *remembered {
	d.last++
	if len(d.ring) < keptDecisions {
		d.ring = append(d.ring, remembered{})
	}
	return d.at(d.last)
}

func (d *decisions) at(seq uint64) *remembered { return &d.ring[(seq-1)%keptDecisions] }

// remember notes a decision before it changes anything. q is nil for a pinned
// request, s is nobody when no account serves.
func (p *Pool) remember(r *Request, before Slot, q *query, s Slot, c *Choice) {
	d := p.decisions.next()
	view, bound, only := p.base, "", account.Kind("")
	if q != nil {
		view, bound, only = q.view, q.bound, q.only()
	}
	d.Decision = Decision{
		Seq: p.decisions.last, At: p.now, Strategy: p.opts.name(), Conversation: shortKey(r.Affinity), Model: r.Model, Kind: r.Kind, Among: r.Among, Pin: r.Pin, PinnedBy: r.PinnedBy, Tried: r.Exclude,
		Active: p.ID(before), Bound: bound, Chosen: p.ID(s), Reason: c.Reason, RetryAt: c.RetryAt, Counts: view.counts,
	}
	d.Counts[Ineligible] = p.countKind(only) - view.ranked()
	p.consider(d, view, s, before)
}

// consider gives a decision the latest snapshot, or takes a new one.
func (p *Pool) consider(d *remembered, v *view, chosen, active Slot) {
	l := &v.latest
	if len(d.Tried) > 0 || d.Bound != "" && d.Bound != d.Chosen {
		own := p.takeSnapshot(&d.Decision, v, chosen, active)
		d.Considered = own.named
		return
	}
	if l.changes != p.changes || p.now < l.at || p.now >= l.at.Add(snapshotLife) {
		*l = p.takeSnapshot(&d.Decision, v, chosen, active)
	}
	d.Considered = l.named
	if chosen != nobody && len(p.members) > fewAccounts && !slices.Contains(l.slots, chosen) {
		d.apart = p.found(chosen)
	} else if d.apart.ID != "" {
		d.apart = Considered{}
	}
}

// takeSnapshot names the accounts of a small pool, and some of a large one.
func (p *Pool) takeSnapshot(d *Decision, v *view, chosen, active Slot) snapshot {
	room := min(len(p.members), fewAccounts)
	l := snapshot{changes: p.changes, at: p.now, named: make([]Considered, 0, room), slots: make([]Slot, 0, room)}
	if len(p.members) <= fewAccounts {
		for s := range p.members {
			p.name(&l, Slot(s))
		}
		return l
	}
	p.name(&l, chosen)
	p.name(&l, active)
	for _, id := range append([]string{d.Bound}, d.Tried...) {
		if s, ok := p.byID[id]; ok {
			p.name(&l, s)
		}
	}
	for _, g := range v.groups[:min(len(v.groups), fewAccounts)] {
		for _, s := range g.leaders() {
			p.name(&l, s)
		}
	}
	return l
}

// name adds an account to a snapshot, once, while there is room.
func (p *Pool) name(l *snapshot, s Slot) {
	if s == nobody || p.members[s].facts.ID == "" || len(l.slots) == fewAccounts || slices.Contains(l.slots, s) {
		return
	}
	l.slots = append(l.slots, s)
	l.named = append(l.named, p.found(s))
}

// found is an account as it is now, without an explanation.
func (p *Pool) found(s Slot) Considered {
	m := &p.members[s]
	c := Considered{Facts: m.facts, InFlight: int(m.inFlight)}
	if m.probed == m.facts.CoolUntil { // the probe was sent
		c.ProbeAt = 0
	}
	return c
}

// leaders returns the group's best, then the best of each quarter, as far as they
// are known without a search.
func (g *group) leaders() (best [5]Slot) {
	const quarters = 4
	best = [5]Slot{nobody, nobody, nobody, nobody, nobody}
	if len(g.slots) == 0 {
		return best
	}
	for i, node := range [...]int{1, quarters, quarters + 1, quarters + 2, quarters + 3} {
		if pos := g.winner(node); pos != nobody && int(pos) < len(g.slots) {
			best[i] = g.slots[pos]
		}
	}
	return best
}
