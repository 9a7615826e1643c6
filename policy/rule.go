package policy

import "fmt"

// rule is a strategy as the pool sees it. It gives each account a line by which
// the members of a group are ranked, and picks with the ranking.
type rule interface {
	traits() traits
	// line returns the value of an account that can serve, and until when the
	// line holds. Lines that count seconds count them from epoch.
	line(f *Facts, epoch, now Instant) (line, Instant)
	// pick returns the account that serves q, or nobody.
	pick(p *Pool, q *query) Slot
}

// traits are what the pool has to know of a rule.
type traits struct {
	// claimsLast: in its tier, an account that another process uses comes
	// after all others.
	claimsLast bool
	// turns: the lines' time is the number of picks, not seconds.
	turns bool
	// rest: the line depends on when the account was last used.
	rest bool
}

// rule returns the strategy that the options ask for.
func (o Options) rule() (rule, error) {
	if o.Custom != nil {
		return &custom{strategy: o.Custom}, nil
	}
	switch o.Strategy {
	case Sticky, "":
		return sticky{wait: o.StickyWait}, nil
	case RoundRobin:
		return roundRobin{}, nil
	case Hybrid:
		return newHybrid(o.MaxFailures), nil
	case DrainFirst:
		return drainFirst{}, nil
	}
	return nil, fmt.Errorf("unknown strategy %q: use %s, %s, %s or %s",
		o.Strategy, Sticky, RoundRobin, Hybrid, DrainFirst)
}
