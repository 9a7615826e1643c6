package policy

import (
	"slices"
	"strconv"
)

// Reconfigure changes the pool's options. Accounts keep their slots, their
// requests in flight and their bindings; decisions stay remembered. It fails and
// changes nothing when the strategy is unknown.
func (p *Pool) Reconfigure(o Options, now Instant) error {
	p.advance(now)
	next, err := NewPool(o)
	if err != nil {
		return err
	}
	next.advance(now)
	for s := range p.members {
		next.moveIn(p.members[s], Slot(s), now)
	}
	next.dropPlaceholders(now)
	next.SetActive(p.Active())
	next.bindings, next.owned = p.bindings, p.owned
	next.decisions.ring, next.decisions.last = p.decisions.ring, p.decisions.last
	*p = *next
	return nil
}

// placeholder begins the id that holds a free slot until all accounts have
// theirs. No account's id begins so.
const placeholder = "\x00"

// moveIn puts an account, or a placeholder, in the next slot.
func (p *Pool) moveIn(old member, s Slot, now Instant) {
	if old.facts.ID == "" {
		p.Put(Facts{ID: placeholder + strconv.Itoa(int(s))}, now)
		return
	}
	old.facts.Windows = slices.Clone(old.facts.Windows) // remembered decisions still show the old ones
	p.Put(old.facts, now)
	p.members[s].inFlight, p.members[s].probed = old.inFlight, old.probed
	p.regroup(s)
}

func (p *Pool) dropPlaceholders(now Instant) {
	for s := range p.members {
		if id := p.members[s].facts.ID; id != "" && id[:1] == placeholder {
			p.Remove(id, now)
		}
	}
}
