package multiaccount

import (
	"context"

	"github.com/seed-810f1486/multiaccount/policy"
)

// Attempt is one try of a request that a [Pool.Transport] sends.
type Attempt struct {
	// AccountID is the account that was asked.
	AccountID string
	// Rebound is set when the request's conversation had another account before:
	// state that is bound to an account must be dropped.
	Rebound bool
	// Decision is the number of the [Decision] for this account.
	Decision uint64
	// Status is the HTTP status; 0 when no answer came.
	Status int
	// Class is what the answer means for the account.
	Class AttemptClass
	// Next is what follows.
	Next AttemptNext
}

// WithTrace returns a context whose requests have fn called after each attempt,
// by the goroutine that sends the request: for the last one before the answer is
// returned. fn must be quick. It replaces the fn of a context before.
func WithTrace(ctx context.Context, fn func(Attempt)) context.Context {
	return context.WithValue(ctx, traceKey, fn)
}

// note tells of an attempt, and what follows from its answer.
func (w *walk) note(next policy.Step) {
	a := &w.last
	w.pool.actors.Answered(a.leased.Decision, &a.verdict, next)
	w.rebound = w.rebound || a.leased.Rebound
	fn, _ := w.req.Context().Value(traceKey).(func(Attempt))
	if fn == nil {
		return
	}
	attempt := Attempt{
		AccountID: a.leased.AccountID, Rebound: w.rebound, Decision: a.leased.Decision,
		Class: AttemptClass(a.verdict.Class.String()), Next: AttemptNext(next.String()),
	}
	if a.resp != nil {
		attempt.Status = a.resp.StatusCode
	}
	fn(attempt)
}
