package writer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
)

// Handle is the address of a writer. It is safe for concurrent use.
type Handle struct {
	*runtime.Ref
	// Logs is set when the store keeps decisions.
	Logs bool
}

// Spawn starts the only writer to store.
func Spawn(system *runtime.System, store persistence.Store) *Handle {
	log, logs := store.(persistence.DecisionLog)
	return &Handle{Logs: logs, Ref: system.Spawn(func(self *runtime.Ref) runtime.Behavior {
		return &writer{
			system: system, store: store, self: self,
			lanes: map[messages.Key]*lane{}, watched: map[string]bool{}, notices: map[string]*notices{},
			pools: map[string]*poolLane{}, files: map[processFile]*processLane{},
			lost: map[messages.Key]error{}, creating: map[string][]*lane{},
			log: log,
		}
	})}
}

// Close writes what is pending, and stops the actor. What is not written when ctx
// ends is lost. The error is ctx's, or says what could not be stored.
func (p *Handle) Close(ctx context.Context) error {
	flush := &messages.Flush{Reply: messages.NewReply[messages.Acknowledged]()}
	done, err := runtime.Ask(ctx, p.Ref, flush, flush.Reply)
	if err != nil {
		err = fmt.Errorf("the latest changes could not be stored in time; another process may hold a lock for long: %w", err)
	}
	p.Stop()
	<-p.Done()
	return errors.Join(err, done.Err)
}

// ClaimAlert reports whether this process is the one to alert an account's owner
// of a state.
func (p *Handle) ClaimAlert(ctx context.Context, m *messages.ClaimAlert) (bool, error) {
	m.Reply = messages.NewReply[messages.AlertClaimed]()
	claimed, err := runtime.Ask(ctx, p.Ref, m, m.Reply)
	if err == nil {
		err = claimed.Err
	}
	return claimed.Mine, err
}

// MarkImported notes that a pool has done its automatic import of other programs'
// logins, and reports whether it is the first to do so.
func (p *Handle) MarkImported(ctx context.Context, provider string) (first bool, err error) {
	m := &messages.MarkImported{Provider: provider, At: runtime.WallClock().Truncate(time.Second), Reply: messages.NewReply[messages.ImportMarked]()}
	marked, err := runtime.Ask(ctx, p.Ref, m, m.Reply)
	if err != nil {
		return false, err
	}
	return marked.First, marked.Err
}

// OthersDecisions returns the latest decisions of other processes; none when the
// store keeps no decisions.
func (p *Handle) OthersDecisions(ctx context.Context, provider string) ([]policy.Decision, error) {
	if !p.Logs {
		return nil, nil
	}
	m := &messages.ReadDecisions{Provider: provider, Reply: messages.NewReply[messages.DecisionsListed]()}
	listed, err := runtime.Ask(ctx, p.Ref, m, m.Reply)
	if err == nil {
		err = listed.Err
	}
	return listed.Decisions, err
}
