package policy

import (
	"slices"
	"sort"
)

// view is how the accounts stand for the requests of some models: each one's
// group, and the best of each group. Groups of no rank do not exist.
type view struct {
	groups []*group
	places []place
	// held is the account that the hybrid strategy keeps out of its group, to
	// be compared with the group's best; nobody for none.
	held Slot
	// turns is set when lines count turns: see [group.join].
	turns bool
	// counts are the accounts in each state but Ineligible.
	counts [Usable + 1]int
	// latest is the look at the accounts that plain decisions share.
	latest look
}

// place is where one account stands in a view.
type place struct {
	rank rank
	// pos is the position in the group's ranking, nobody when it is in none.
	pos int32
	// credit is what an account that is in no ranking may claim of its turns.
	credit float64
}

// group ranks the accounts of one rank.
type group struct {
	ranking
	rank rank
	// turns is set when the lines' time is turns; weight is then their sum.
	turns  bool
	weight float64
}

// keptGroups is how many groups a view keeps when they are empty, so that an
// account that comes and goes costs no memory.
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

// put gives an account its rank and its line at the time t, whatever they were
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

// drop forgets an account.
func (v *view) drop(s Slot) {
	v.put(s, 0, line{}, 0)
	v.places[s] = place{pos: nobody}
}

// leave takes an account out of its ranking.
func (v *view) leave(s Slot) {
	pl := &v.places[s]
	if pl.pos == nobody {
		return
	}
	g := v.find(pl.rank)
	if moved := g.part(pl); moved != nobody {
		v.places[moved].pos = pl.pos
	}
	pl.pos = nobody
	if len(g.slots) == 0 && len(v.groups) > keptGroups {
		v.groups = slices.Delete(v.groups, v.index(g.rank), v.index(g.rank)+1)
	}
}

// index returns where the group of that rank is, or belongs.
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

// open returns the group of that rank, which may be new at the time t.
func (v *view) open(r rank, t float64) *group {
	if g := v.find(r); g != nil {
		return g
	}
	g := &group{rank: r, turns: v.turns && r >= serving}
	v.groups = slices.Insert(v.groups, v.index(r), g)
	return g.at(t)
}

// top returns the best account of the best group that has one which skip lets
// pass, and its group, at the time t of the lines that count seconds.
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

// join lets an account in. Where turns count, its credit comes along: it is
// what the account was owed, in turns, when it last left a group.
func (g *group) join(s Slot, pl *place, l line) {
	if g.turns {
		l.base = pl.credit - l.slope*g.clock
		g.weight += l.slope
	}
	pl.pos = g.insert(s, l)
}

// part lets an account go, with its credit.
func (g *group) part(pl *place) (moved Slot) {
	if g.turns {
		l := g.lines[pl.pos]
		pl.credit = l.at(g.clock)
		g.weight -= l.slope
	}
	return g.remove(pl.pos)
}

// update changes the line of an account that stays.
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
