package messages

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Event is something that happened and that a host may want to know. Events
// never carry a secret.
type Event interface {
	// About returns where and when it happened.
	About() Occurrence
}

// Occurrence is what all events have in common.
type Occurrence struct {
	Provider string
	// AccountID is empty for an event of the whole pool.
	AccountID string
	// Label is the account's as shown to its user.
	Label string
	At    time.Time
}

// About returns the occurrence itself.
func (o Occurrence) About() Occurrence { return o }

// AccountJoined: an account was added to the pool, or got a new login.
type AccountJoined struct {
	Occurrence
	// Known is set when the account existed and got new credentials.
	Known bool
}

// AccountLeft: an account was removed.
type AccountLeft struct{ Occurrence }

// LoginRefreshed: an account has a new access token.
type LoginRefreshed struct {
	Occurrence
	Generation uint64
	ExpiresAt  time.Time
	// Adopted is set when another process had made the exchange.
	Adopted bool
}

// RefreshFailed: a token exchange failed and will be tried again.
type RefreshFailed struct {
	Occurrence
	Reason  string
	RetryAt time.Time
}

// LoginRejected: the provider refuses the login for good. Its owner must log
// in again. Disabled tells whether the account was taken out of the pool; the
// last usable one stays.
type LoginRejected struct {
	Occurrence
	Reason   string
	Disabled bool
}

// AccountCooled: an account is limited until a moment.
type AccountCooled struct {
	Occurrence
	Reason string
	// Model is empty when the whole account is limited.
	Model string
	Until time.Time
}

// OverageBlocked: an account's plan is used up, and the provider would go on at
// its owner's expense. It rests instead; [AccountCooled] tells of that.
type OverageBlocked struct {
	Occurrence
	// Reason is the provider's word for what would be paid for.
	Reason string
	Until  time.Time
}

// PoolPaused: several accounts met the same limit at once, which is then their
// organisation's or this address'. All accounts rest, but for a probe now and then.
type PoolPaused struct {
	Occurrence
	Reason string
	Until  time.Time
}

// PoolResumed: the pause of the whole pool ended early, by a success or by the
// owner's wish.
type PoolResumed struct{ Occurrence }

// ConversationMoved: a conversation continues with another account, to which
// AccountID and Label belong. What is bound to the account it had, such as
// encrypted reasoning, is of no use any more.
type ConversationMoved struct {
	Occurrence
	// Conversation stands for the affinity key: the beginning of its SHA-256.
	Conversation string
	// From is the id of the account that it had, Reason why that one does not
	// serve it any more.
	From   string
	Reason string
}

// DecisionMade: a request was turned away, or goes to another account after
// an attempt that failed. What runs smoothly makes no event.
type DecisionMade struct {
	Occurrence
	// Seq is the number of the decision, under which the pool remembers it.
	Seq uint64
	// Tried are the accounts that the request has tried already.
	Tried []string
	// Reason says why no account serves; empty when AccountID does.
	Reason string
}

// CircuitOpened: the provider is in trouble, whatever account asks. Requests
// wait, or are refused, until one of them, let through as a probe, is answered.
type CircuitOpened struct {
	Occurrence
	Reason string
	// RetryAt is when the first probe goes.
	RetryAt time.Time
}

// CircuitClosed: the provider answers again.
type CircuitClosed struct{ Occurrence }

// StreamFailed: a stream told of a failure after a part of its answer had been
// passed on, so that no other account could take over.
type StreamFailed struct {
	Occurrence
	// Class is what an answer would have been that began with the failure.
	Class account.Class
	// Code is the provider's own short word; empty when it gave none.
	Code string
}

// StreamCut: a stream ended before its answer was complete, without a word.
type StreamCut struct{ Occurrence }

// AccountSwitched: an account was switched on or off by its user.
type AccountSwitched struct {
	Occurrence
	Enabled bool
}

// VerificationRequired: the provider wants the owner to visit URL first.
type VerificationRequired struct {
	Occurrence
	URL string
}

// AccountQuarantined: an account's file could not be read; its bytes are at Path.
type AccountQuarantined struct {
	Occurrence
	Path   string
	Reason string
}

// SaveFailed: a change could not be stored. It is in use and tried again.
type SaveFailed struct {
	Occurrence
	Reason string
}

// EventsDropped: a subscriber was too slow and missed events.
type EventsDropped struct {
	Occurrence
	Count int
}
