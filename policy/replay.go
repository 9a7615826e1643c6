package policy

import (
	"cmp"
	"slices"
)

// Replayed is what another strategy would have picked in past decisions.
type Replayed struct {
	// Chosen are the accounts that it would have picked, one for each decision;
	// empty where it would have picked none.
	Chosen []string
	// Switches counts how often a conversation, or what stands alone, would have
	// changed accounts; Before counts the same for the actual choices.
	Switches, Before int
}

// Replay tells what o would have picked in these decisions. It knows only the
// accounts that a decision names, which are all accounts of a pool with at most eight.
// It takes each account as it was at that moment: that o would have used up other
// quota shows at the next decision at best. Accounts that a request had tried already
// count as tried. The error is that of [NewPool].
func Replay(decisions []Decision, o Options) (Replayed, error) {
	p, err := NewPool(o)
	if err != nil {
		return Replayed{}, err
	}
	sorted := slices.SortedStableFunc(slices.Values(decisions), func(a, b Decision) int { return cmp.Compare(a.At, b.At) })
	var r Replayed
	now, before := map[string]string{}, map[string]string{}
	for i := range sorted {
		d := &sorted[i]
		p.setFacts(d)
		c := p.Select(&Request{Affinity: d.Conversation, Model: d.Model, Kind: d.Kind, Among: d.Among, Pin: d.Pin, Exclude: d.Tried}, d.At)
		chosen := ""
		if c.OK {
			chosen = p.ID(c.Slot)
		}
		r.Chosen = append(r.Chosen, chosen)
		r.Switches += switched(now, d.Conversation, chosen)
		r.Before += switched(before, d.Conversation, d.Chosen)
	}
	return r, nil
}

// switched counts 1 when a conversation gets another account than it had.
func switched(had map[string]string, conversation, id string) int {
	was := had[conversation]
	if id == "" {
		return 0
	}
	had[conversation] = id
	return count(was != "" && was != id)
}

// setFacts gives the accounts the facts that d found, and makes all other
// accounts ineligible. A replay frees no places, so an account that was busy is
// ineligible, and the others have no limit on requests in flight.
func (p *Pool) setFacts(d *Decision) {
	named := map[string]bool{}
	for i := range d.Considered {
		f := d.Considered[i].Facts
		f.Eligible = f.Eligible && d.Considered[i].State != Busy
		f.MaxInFlight = 0
		named[f.ID] = true
		p.Put(f, d.At)
	}
	for id, s := range p.byID {
		if f := p.members[s].facts; !named[id] && f.Eligible {
			f.Eligible = false
			p.Put(f, d.At)
		}
	}
}
