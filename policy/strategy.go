package policy

import "time"

// The names of the built-in strategies.
const (
	// Sticky stays with one account for as long as it is usable, and keeps
	// each conversation on the account that it began with.
	Sticky = "sticky"
	// RoundRobin uses the accounts in turn, by their weights.
	RoundRobin = "round-robin"
	// Hybrid scores the accounts by quota, pace, health and rest.
	Hybrid = "hybrid"
	// DrainFirst uses the quota first that would be lost first.
	DrainFirst = "drain-first"
)

// Options say how a pool selects. The zero value is the sticky strategy
// without a soft quota.
type Options struct {
	// Strategy is the name of a built-in strategy; empty means Sticky.
	Strategy string
	// Custom, when set, decides in place of Strategy.
	Custom Strategy
	// SoftQuotaPercent is the utilization from which an account is spared while
	// others are usable, until the window starts anew or its utilization is 5
	// points lower. 0, and 100 or more, switch it off.
	SoftQuotaPercent float64
	// StickyWait is how long a request waits, with the sticky strategy, for the
	// account of its conversation when that is limited, rather than move. Only a
	// conversation used in the last 5 minutes waits. 0 means never.
	StickyWait time.Duration
	// MaxFailures is the number of failures in a row at which a login scores
	// nothing for its health; 0 means 3.
	MaxFailures int
}

// name returns the name of the strategy, "custom" for the host's own.
func (o Options) name() string {
	switch {
	case o.Custom != nil:
		return "custom"
	case o.Strategy == "":
		return Sticky
	}
	return o.Strategy
}

// Strategy picks accounts by rules of the host's own. The pool calls it from
// one goroutine at a time.
type Strategy interface {
	// Pick returns the index of the account that serves r, or a negative
	// number for none. The candidates are the usable accounts of the highest
	// priority that has any, in the pool's order; when no account is usable,
	// those that are merely available. There is at least one. Pick must be
	// quick, and must neither keep the slice nor write to what is in it. When
	// it panics, the request is refused.
	Pick(candidates []Candidate, r Request, now time.Time) int
}

// Candidate is an account that a [Strategy] may pick.
type Candidate struct {
	Facts
	// InFlight counts the requests under way; it is kept only for accounts with
	// a limit on them.
	InFlight int
	// Active is set for the account that the pool picked last.
	Active bool
}
