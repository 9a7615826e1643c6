package multiaccount

import (
	"context"

	"github.com/seed-810f1486/multiaccount/internal/roundtrip"
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

// traced tells the fn of a context of an attempt, if there is one.
func traced(ctx context.Context, tried roundtrip.Attempt) {
	fn, _ := ctx.Value(traceKey).(func(Attempt))
	if fn == nil {
		return
	}
	fn(Attempt{
		AccountID: tried.AccountID, Rebound: tried.Rebound, Decision: tried.Decision, Status: tried.Status,
		Class: AttemptClass(tried.Class.String()), Next: AttemptNext(tried.Next.String()),
	})
}
