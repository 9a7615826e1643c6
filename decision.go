package multiaccount

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/seed-810f1486/multiaccount/policy"
)

// Decision is one pick of an account: which accounts were considered, why each
// was chosen or passed over, and what the answer was. [policy.Replay] says what
// another strategy would have picked.
type Decision = policy.Decision

// Decision returns the decision that picked the account, and once the lease is
// done what the answer was. Errors: [ErrDecisionForgotten], [ErrClosed], ctx's
// own.
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

// Decisions returns the latest decisions of the pool, the oldest first: at most
// 200 of this engine, and at most 100 of each other process that shares the
// folder or did so in the last 24 hours. Those of other processes appear about
// a second late. Errors: [ErrClosed], ctx's own, and why the folder could not
// be read.
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
