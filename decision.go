package multiaccount

import (
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

// Decisions returns the latest decisions of the pool, 200 at most, the oldest
// first. Errors: [ErrClosed], ctx's own.
func (p *Pool) Decisions(ctx context.Context) ([]Decision, error) {
	all, err := p.actors.Decisions(ctx)
	return all, p.publicError(err)
}
