package policy

import (
	"slices"
	"sort"
)

// view ranks the accounts for the requests of some models: it has each account's
// group, and the best of each group. The zero rank has no group.
type view struct {
	groups []*group
	places []place
	// held is the account that the hybrid strategy keeps out of its group, to
	// compare it with the group's best; nobody for none.
	held Slot
	// turns is set when lines count turns: see [group.join].
	turns bool
	// counts are the accounts in each state but Ineligible.
	counts [Usable + 1]int
	// latest is the snapshot that ordinary decisions share.
	latest snapshot
}

// place is where an account is in a view.
type place struct {
	rank rank
	// pos is the position in the group's ranking; nobody when it is in none.
	pos int32
	// credit is what an account outside the rankings is owed, in turns.
	credit float64
}

// group ranks the accounts of one rank.
type group struct {
	ranking
	rank rank
	// turns is set when the lines count turns; weight is then the sum of their
	// weights.
	turns  bool
	weight float64
}

// keptGroups is how many groups a view keeps when they are empty, so that an
// account that leaves and comes back allocates nothing.
const keptGroups = 16

func newView(accounts int, turns bool) *view {
	v := &view{held: nobody, turns: turns}
	v.grow(accounts)
	return v
}

// grow makes room for accounts.
func (v *view) grow(accounts int) {
	for len(v.places) < accounts {
		v.places = append(v.places, place{pos: nobody})
	}
}

// put sets the rank and the line of an account at the time t, whatever they were
// before.
func (v *view) put(s Slot, r rank, l line, t float64) {
	pl := &v.places[s]
	if pl.pos != nobody && pl.rank == r && s != v.held {
		v.find(r).update(pl, l)
		return
	}
	v.leave(s)
	v.counts[pl.rank.state()] -= count(pl.rank != 0)
	v.counts[r.state()] += count(r != 0)
	pl.rank = r
	if r == 0 || s == v.held && r >= serving {
		return
	}
	v.open(r, t).join(s, pl, l)
}

// ranked counts the accounts in any state but Ineligible.
func (v *view) ranked() int {
	return v.counts[Cooling] + v.counts[Busy] + v.counts[Available] + v.counts[Usable]
}

// drop removes an account.
func (v *view) drop(s Slot) {
	v.put(s, 0, line{}, 0)
	v.places[s] = place{pos: nobody}
}

// leave removes an account from its ranking.
func (v *view) leave(s Slot) {
	pl := &v.places[s]
	if pl.pos == nobody {
		return
	}
	g := v.find(pl.rank)
	if moved := g.detach(pl); moved != nobody {
		v.places[moved].pos = pl.pos
	}
	pl.pos = nobody
	if len(g.slots) == 0 && len(v.groups) > keptGroups {
		v.groups = slices.Delete(v.groups, v.index(g.rank), v.index(g.rank)+1)
	}
}

// index returns where the group of that rank is, or would be.
func (v *view) index(r rank) int {
	return sort.Search(len(v.groups), func(i int) bool { return v.groups[i].rank <= r })
}

// find returns the group of that rank, nil when there is none.
func (v *view) find(r rank) *group {
	if i := v.index(r); i < len(v.groups) && v.groups[i].rank == r {
		return v.groups[i]
	}
	return nil
}

// open returns the group of that rank, and makes it at the time t if needed.
func (v *view) open(r rank, t float64) *group {
	if g := v.find(r); g != nil {
		return g
	}
	g := &group{rank: r, turns: v.turns && r >= serving}
	v.groups = slices.Insert(v.groups, v.index(r), g)
	return g.at(t)
}

// top returns the best account that skip lets pass, and its group. t is the time
// for lines that count seconds.
func (v *view) top(t float64, skip *filter) (Slot, *group) {
	for _, g := range v.groups {
		if g.rank < serving {
			break
		}
		if s := g.at(t).first(skip); s != nobody {
			return s, g
		}
	}
	return nobody, nil
}

// firstIn returns the best account of a state that has one group.
func (v *view) firstIn(st State, skip *filter) Slot {
	g := v.find(rank(st) << stateShift)
	if g == nil {
		return nobody
	}
	return g.first(skip)
}

// rewind sets the clocks back to t.
func (v *view) rewind(t float64) {
	for _, g := range v.groups {
		g.at(t).rebuild()
	}
}

// at sets the clock, unless it counts turns.
func (g *group) at(t float64) *group {
	if !g.turns {
		g.clock = t
	}
	return g
}

func (g *group) first(skip *filter) Slot {
	if pos := g.top(skip); pos != nobody {
		return g.slots[pos]
	}
	return nobody
}

// join adds an account. When lines count turns, its credit is added: what the
// account was owed when it last left a group.
func (g *group) join(s Slot, pl *place, l line) {
	if g.turns {
		l.base = pl.credit - l.slope*g.clock
		g.weight += l.slope
	}
	pl.pos = g.insert(s, l)
}

// detach removes an account and keeps its credit.
func (g *group) detach(pl *place) (moved Slot) {
	if g.turns {
		l := g.lines[pl.pos]
		pl.credit = l.at(g.clock)
		g.weight -= l.slope
	}
	return g.remove(pl.pos)
}

// update changes the line of an account in the group.
func (g *group) update(pl *place, l line) {
	old := g.lines[pl.pos]
	if g.turns {
		l.base = old.at(g.clock) - l.slope*g.clock
		g.weight += l.slope - old.slope
	}
	if l != old {
		g.set(pl.pos, l)
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
