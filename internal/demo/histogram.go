package demo

import (
	"math/bits"
	"time"
)

// histogram counts durations in buckets whose width grows with the duration,
// so that it is within an eighth at every length. The zero value is empty.
type histogram struct {
	Counts [slots]int
	N      int
}

// Durations are counted in microseconds: up to stepsEach one by one, then
// each doubling in stepsEach steps.
const (
	stepBits  = 3
	stepsEach = 1 << stepBits
	slots     = 36 * stepsEach
)

func (h *histogram) add(d time.Duration) {
	h.Counts[min(slotOf(d), slots-1)]++
	h.N++
}

func (h *histogram) merge(other *histogram) {
	for slot, count := range other.Counts {
		h.Counts[slot] += count
	}
	h.N += other.N
}

func slotOf(d time.Duration) int {
	us := uint64(max(0, d.Microseconds()))
	shift := max(0, bits.Len64(us)-stepBits-1)
	return shift*stepsEach + int(us>>shift) //nolint:gosec // below 2*stepsEach
}

// quantile returns the duration that a share of all does not exceed; 0 when
// there are none.
func (h *histogram) quantile(share float64) time.Duration {
	rank := min(int(share*float64(h.N)), h.N-1)
	if h.N == 0 {
		return 0
	}
	for slot, count := range h.Counts {
		if rank -= count; rank < 0 {
			return lengthOf(slot)
		}
	}
	return 0
}

// lengthOf is the middle of the durations that a slot counts.
func lengthOf(slot int) time.Duration {
	if slot < 2*stepsEach {
		return time.Duration(slot) * time.Microsecond
	}
	shift := slot/stepsEach - 1
	first := (slot - shift*stepsEach) << shift
	return time.Duration(first+1<<shift/2) * time.Microsecond
}
