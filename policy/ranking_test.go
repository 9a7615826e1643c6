package policy

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestRankingLikeAScan compares a ranking of many members with looking at all.
func TestRankingLikeAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		slopes := rapid.SampledFrom([]int{1, 3, 1000}).Draw(t, "slopes")
		var r ranking
		for range rapid.IntRange(1, 400).Draw(t, "steps") {
			changeAtRandom(&r, rng, slopes)
			skip := &filter{}
			for range rng.IntN(3) {
				skip.tried = append(skip.tried, Slot(rng.IntN(100)))
			}
			if got, want := r.top(skip), scan(&r, skip); got != want {
				t.Fatalf("got position %d, want %d of %d", got, want, len(r.slots))
			}
		}
	})
}

func changeAtRandom(r *ranking, rng *rand.Rand, slopes int) {
	l := line{slope: float64(rng.IntN(slopes)), base: float64(rng.IntN(50))}
	n := len(r.slots)
	switch event := rng.IntN(8); {
	case n == 0 || event < 3:
		r.insert(Slot(rng.IntN(1_000_000)), l)
	case event < 5:
		r.remove(int32(rng.IntN(n)))
	case event < 6:
		r.set(int32(rng.IntN(n)), l)
	case event < 7 && rng.IntN(20) == 0:
		for len(r.slots) > n/8 {
			r.remove(0)
		}
	default:
		r.clock += float64(rng.IntN(20)) / 4
	}
}

func scan(r *ranking, skip *filter) int32 {
	best := int32(nobody)
	for pos := range int32(len(r.slots)) {
		if !skip.has(r.slots[pos]) && (best == nobody || r.beats(pos, best)) {
			best = pos
		}
	}
	return best
}

func TestRankingReleasesMemory(t *testing.T) {
	var r ranking
	for s := range Slot(10_000) {
		r.insert(s, line{})
	}
	for len(r.slots) > 1 {
		r.remove(0)
	}
	if r.width > 8 || cap(r.slots) > 64 || cap(r.lines) > 64 {
		t.Errorf("one member is left in %d leaves, %d slots, %d lines", r.width, cap(r.slots), cap(r.lines))
	}
}
