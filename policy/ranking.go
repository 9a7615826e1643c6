package policy

import (
	"math"
	"slices"
)

// line is a value that changes linearly with time. The ranking says what time
// means: seconds, or turns taken.
type line struct{ slope, base float64 }

// at returns the value at time t. The conversion keeps the compiler from
// fusing the two operations, so that ties are ties on every processor.
func (l line) at(t float64) float64 { return l.base + float64(l.slope*t) }

// nobody stands for no position and no account.
const nobody = -1

// ranking knows the best of its members at any time. Their values are lines. The
// lower slot wins a tie.
//
// It is a kinetic tournament: a binary tree with a member at each leaf. Each
// inner node has the better of the two members below it, and the time until which
// that is certain: when their lines cross. When the clock advances, only the
// paths to nodes whose time is over are played again. A member that changes costs
// one path to the root. The zero value is an empty ranking.
type ranking struct {
	clock float64
	// slots and lines are those of the members by position, without gaps, in no
	// order.
	slots []Slot
	lines []line
	// best and until belong to the inner nodes. Node 1 is the root, the
	// children of n are 2n and 2n+1, the leaf of a position is width+position.
	width int
	best  []int32
	until []float64
}

const minWidth = 4

// insert adds a member and returns its position.
func (r *ranking) insert(s Slot, l line) int32 {
	pos := len(r.slots)
	r.slots, r.lines = append(r.slots, s), append(r.lines, l)
	if len(r.slots) > r.width {
		r.resize(max(minWidth, 2*r.width))
	} else {
		r.replay(pos)
	}
	return int32(pos) //nolint:gosec // fewer members than slots
}

// set changes a member's line.
func (r *ranking) set(pos int32, l line) {
	r.lines[pos] = l
	r.replay(int(pos))
}

// remove removes a member. Another member may get its position: that one is
// returned, else nobody.
func (r *ranking) remove(pos int32) (moved Slot) {
	last := len(r.slots) - 1
	moved = nobody
	if int(pos) != last {
		moved = r.slots[last]
		r.slots[pos], r.lines[pos] = r.slots[last], r.lines[last]
		r.replay(int(pos))
	}
	r.slots, r.lines = r.slots[:last], r.lines[:last]
	if r.width > minWidth && last < r.width/4 {
		r.resize(r.width / 2)
	} else {
		r.replay(last)
	}
	return moved
}

// top returns the position of the best member that skip lets pass, or nobody.
func (r *ranking) top(skip *filter) int32 {
	if len(r.slots) == 0 {
		return nobody
	}
	r.refresh(1)
	if skip.empty() {
		return r.best[1]
	}
	return r.search(1, skip)
}

// search looks below a node only while the node's best is skipped.
func (r *ranking) search(node int, skip *filter) int32 {
	pos := r.winner(node)
	if pos == nobody || !skip.has(r.slots[pos]) {
		return pos
	}
	if node >= r.width {
		return nobody
	}
	a, b := r.search(2*node, skip), r.search(2*node+1, skip)
	if a == nobody || b != nobody && r.beats(b, a) {
		return b
	}
	return a
}

// refresh plays again the nodes below node whose time is over.
func (r *ranking) refresh(node int) {
	if node >= r.width || r.until[node] > r.clock {
		return
	}
	r.refresh(2 * node)
	r.refresh(2*node + 1)
	r.play(node)
}

// replay plays the matches of a position whose line changed or is gone, up to the
// first one with the same result as before.
func (r *ranking) replay(pos int) {
	for node := (r.width + pos) / 2; node > 0; node /= 2 {
		best, until := r.best[node], r.until[node]
		r.play(node)
		if b := r.best[node]; b == best && int(b) != pos && r.until[node] == until {
			return
		}
	}
}

// play decides the match at node between its children. A child whose time is over
// makes its parents' time be over too, until the next refresh.
func (r *ranking) play(node int) {
	until := math.Inf(1)
	if 2*node < r.width {
		until = min(r.until[2*node], r.until[2*node+1])
	}
	a, b := r.winner(2*node), r.winner(2*node+1)
	if b != nobody {
		if r.beats(b, a) {
			a, b = b, a
		}
		until = min(until, r.overtaken(a, b))
	}
	r.best[node], r.until[node] = a, until
}

// winner returns the position that leads below node.
func (r *ranking) winner(node int) int32 {
	if node < r.width {
		return r.best[node]
	}
	if pos := node - r.width; pos < len(r.slots) {
		return int32(pos) //nolint:gosec // fewer members than slots
	}
	return nobody
}

func (r *ranking) beats(a, b int32) bool {
	x, y := r.lines[a].at(r.clock), r.lines[b].at(r.clock)
	return x > y || x == y && r.slots[a] < r.slots[b]
}

// overtaken returns when b, which is behind a now, catches up with it.
func (r *ranking) overtaken(a, b int32) float64 {
	gain := r.lines[b].slope - r.lines[a].slope
	if gain <= 0 {
		return math.Inf(1)
	}
	return (r.lines[a].base - r.lines[b].base) / gain
}

// resize changes the number of leaves and plays all matches.
func (r *ranking) resize(width int) {
	r.width = width
	r.best, r.until = make([]int32, width), make([]float64, width)
	if cap(r.slots) > 2*width {
		r.slots, r.lines = slices.Clone(r.slots), slices.Clone(r.lines)
	}
	r.rebuild()
}

// rebuild plays every match, which is needed after the clock was set back.
func (r *ranking) rebuild() {
	for node := r.width - 1; node > 0; node-- {
		r.play(node)
	}
}
