package multiaccount

import (
	"context"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/roundtrip"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Attempt is one try of a request that a [Pool.Transport] sends.
type Attempt struct {
	// Provider is the name of the account's pool.
	Provider string
	// AccountID is the account that was asked.
	AccountID string
	// Moved is set when the request's conversation had another account before:
	// state that is bound to an account must be dropped. See [ConversationMoved].
	Moved bool
	// Rebound is the same as Moved.
	//
	// Deprecated: use Moved.
	Rebound bool
	// Decision is the number of the [Decision] for this account.
	Decision uint64
	// Status is the HTTP status; 0 when no answer came.
	Status int
	// Class is what the answer means for the account.
	Class AttemptClass
	// Next is what follows.
	Next AttemptNext
	// Model is what the request asks for, as far as it says; empty when not known.
	Model string

	told *told
}

// WithTrace returns a context for whose requests fn is called after each
// attempt. fn runs on the goroutine that sends the request; after the last
// attempt it runs before the answer is returned. fn must be quick. It replaces
// the fn of a parent context.
func WithTrace(ctx context.Context, fn func(Attempt)) context.Context {
	c := choicesOf(ctx)
	c.trace = fn
	return with(ctx, c)
}

// Message reads one message of the connection to which the attempt's answer was
// upgraded, as an event of a stream is read, and returns what it shows. A
// failure is reported to the account, and class says what it means; without a
// failure class is [account.ClassSuccess].
func (a Attempt) Message(ctx context.Context, data []byte) (step providers.StreamStep, class account.Class) {
	if a.told == nil {
		return providers.StreamUnknown, account.ClassSuccess
	}
	return a.told.sender.Message(ctx, &a.told.leased, a.Model, data)
}

// told is what an attempt remembers of its lease.
type told struct {
	sender *roundtrip.Sender
	leased messages.TokenLeased
}

// traced tells the fn of a context of an attempt, if there is one.
func (p *Pool) traced(ctx context.Context, tried roundtrip.Attempt) {
	fn := choicesOf(ctx).trace
	if fn == nil {
		return
	}
	fn(Attempt{
		Provider: p.provider.Name(), AccountID: tried.AccountID, Moved: tried.Rebound, Rebound: tried.Rebound, Decision: tried.Decision, Status: tried.Status,
		Class: AttemptClass(tried.Class.String()), Next: AttemptNext(tried.Next.String()), Model: tried.Model,
		told: &told{sender: p.sender, leased: *tried.Leased},
	})
}
