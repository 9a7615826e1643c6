package policy

import (
	"slices"
	"strconv"
)

// Reconfigure makes the pool select by other options. Accounts keep their
// slots, requests in flight and bindings theirs; what was decided stays
// remembered. It fails, and changes nothing, when the strategy is not known.
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

// placeholder is the id of what keeps a free slot until all accounts have theirs.
// No account's id begins so.
const placeholder = "\x00"

// moveIn puts an account, or a placeholder, in the next slot.
func (p *Pool) moveIn(old member, s Slot, now Instant) {
	if old.facts.ID == "" {
		p.Put(Facts{ID: placeholder + strconv.Itoa(int(s))}, now)
		return
	}
	old.facts.Windows = slices.Clone(old.facts.Windows) // decisions show those that were
	p.Put(old.facts, now)
	p.members[s].inFlight, p.members[s].probed = old.inFlight, old.probed
	p.settle(s)
}

func (p *Pool) dropPlaceholders(now Instant) {
	for s := range p.members {
		if id := p.members[s].facts.ID; id != "" && id[:1] == placeholder {
			p.Remove(id, now)
		}
	}
}
