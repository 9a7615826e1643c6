package actors

import (
	"context"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// Decisions returns the latest decisions, the oldest first.
func (p *Pool) Decisions(ctx context.Context) ([]policy.Decision, error) {
	m := &messages.GetDecisions{Reply: messages.NewReply[messages.DecisionsListed]()}
	listed, err := runtime.Ask(ctx, p.supervisor, m, m.Reply)
	if err == nil {
		err = listed.Err
	}
	return listed.Decisions, err
}

// OthersDecisions returns the latest decisions of other processes.
func (p *Pool) OthersDecisions(ctx context.Context) ([]policy.Decision, error) {
	return p.store.OthersDecisions(ctx, p.shared.Provider.Name())
}
