package policy

import "math"

// rank orders groups of accounts, the greatest first: by state, then by priority,
// then, if the strategy wants it, accounts that no other process claims. The zero
// rank is that of ineligible accounts, which are in no group.
type rank uint64

const (
	stateShift    = 33
	priorityShift = 1
	unclaimedBit  = 1
)

// serving is the least rank of an account that can serve.
const serving = rank(Available) << stateShift

// rankOf uses the priority only among accounts that can serve.
func rankOf(s State, f *Facts, claimsLast bool) rank {
	r := rank(s) << stateShift
	if s < Available {
		return r
	}
	r |= biased(f.Priority) << priorityShift
	if claimsLast && !f.Claimed {
		r |= unclaimedBit
	}
	return r
}

// biased maps a priority to an unsigned number of the same order.
func biased(priority int) rank {
	p := min(max(priority, math.MinInt32), math.MaxInt32)
	return rank(p - math.MinInt32)
}

func (r rank) state() State { return State(r >> stateShift) } //nolint:gosec // a State was put there

// tier returns the rank without regard to claims.
func (r rank) tier() rank { return r &^ unclaimedBit }
