package multiaccount

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/seed-810f1486/multiaccount/policy"
)

// Decision is one pick of an account: what was considered, why each account
// was chosen or passed over, and what came of it. [policy.Replay] tells what
// another strategy would have made of a number of them.
type Decision = policy.Decision

// Decision returns what the account was picked from, and once the lease is done
// what came of it. Errors: [ErrDecisionForgotten], [ErrClosed], ctx's own.
func (l *Lease) Decision(ctx context.Context) (Decision, error) {
	all, err := l.pool.actors.Decisions(ctx)
	if err != nil {
		return Decision{}, l.pool.publicError(err)
	}
	i := slices.IndexFunc(all, func(d Decision) bool { return d.Seq == l.leased.Decision })
	if i < 0 || all[i].Chosen != l.AccountID() { // a restarted pool counts anew
		return Decision{}, fmt.Errorf("%w: %d", ErrDecisionForgotten, l.leased.Decision)
	}
	return all[i], nil
}

// Decisions returns the latest decisions of the pool, the oldest first: 200 at
// most of this engine, and 100 at most of each of those that share its folder or
// have in the last 24 hours, as far as they are known a second later. Errors:
// [ErrClosed], ctx's own, and what keeps the folder from being read.
func (p *Pool) Decisions(ctx context.Context) ([]Decision, error) {
	all, err := p.actors.Decisions(ctx)
	if err != nil {
		return nil, p.publicError(err)
	}
	others, err := p.actors.OthersDecisions(ctx)
	if err != nil {
		return nil, p.publicError(err)
	}
	all = append(all, others...)
	slices.SortStableFunc(all, func(a, b Decision) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Process, b.Process), cmp.Compare(a.Seq, b.Seq))
	})
	return all, nil
}
