package actors

import (
	"context"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// Select gets an account with a fresh token for an ask, which holds the result until
// it is used for the next one. It waits while waiting makes sense. Its error is ctx's,
// [messages.ErrStopped], a [*messages.RefusalError], or why a token could not be
// refreshed. The result then names the account concerned, if there is one.
//
// After an error of ctx and after ErrStopped an actor may still write to the ask: it
// is [messages.Reply.Abandoned], and must not be used again.
func (p *Pool) Select(ctx context.Context, ask *messages.SelectAccount) (*messages.TokenLeased, error) {
	if err := ctx.Err(); err != nil {
		return &messages.TokenLeased{}, err // a caller that has left gets no account
	}
	ask.Deadline, _ = ctx.Deadline()
	leased, err := runtime.Ask(ctx, p.supervisor, ask, ask.Lease.Reply)
	if err != nil {
		return &messages.TokenLeased{}, err
	}
	ask.Lease.Reply.Reopen()
	return leased, leased.Err
}

// ReportAndWait reports the outcome of a leased request. Later selections take it
// into account.
func ReportAndWait(ctx context.Context, to messages.Recipient, outcome *messages.ReportOutcome) {
	outcome.Reply = messages.NewReply[messages.Acknowledged]()
	if actor, ok := to.(*runtime.Ref); ok {
		_, _ = runtime.Ask(ctx, actor, outcome, outcome.Reply) // the caller can do nothing about a failure
	}
}

// Replaced reports whether an account's login is newer than the given generation.
func Replaced(ctx context.Context, account messages.Recipient, generation uint64) bool {
	to, ok := account.(*runtime.Ref)
	if !ok {
		return false
	}
	m := &messages.GetAccount{Reply: messages.NewReply[messages.AccountStatus]()}
	state, err := runtime.Ask(ctx, to, m, m.Reply)
	return err == nil && state.Record.Generation > generation
}

// Answered notes the outcome of a decision and the step that follows. It does not
// wait.
func (p *Pool) Answered(seq uint64, v *account.Verdict, next policy.Step) {
	p.shared.Answers.Put(seq, v, next)
}

// Own notes that an account made a resource that no other account can use. It
// does not wait.
func (p *Pool) Own(resource, accountID string) {
	p.supervisor.Tell(&messages.OwnResource{Resource: resource, AccountID: accountID})
}
