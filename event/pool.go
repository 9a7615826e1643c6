package event

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// PoolPaused tells that three accounts met the same limit at once. It is none
// of their own quota windows, so it belongs to their organisation or to this
// machine's address. Accounts that have not met the limit are still asked; the
// first success ends the pause.
type PoolPaused struct {
	Occurrence
	// Reason is the name of the limit.
	Reason string `json:"reason"`
	// Until is when the pause ends at the latest.
	Until time.Time `json:"until,omitzero"`
}

// PoolResumed tells that the pause of the whole pool ended early, by a success
// or because its owner ended it.
type PoolResumed struct{ Occurrence }

// CircuitOpened tells that the provider is in trouble, whatever account asks.
// Requests wait, or are refused, until one that is let through as a probe is
// answered.
type CircuitOpened struct {
	Occurrence
	// Reason says what the provider answered.
	Reason string `json:"reason"`
	// RetryAt is when the first probe is let through.
	RetryAt time.Time `json:"retry_at,omitzero"`
}

// CircuitClosed tells that the provider answers again.
type CircuitClosed struct{ Occurrence }

// ConversationMoved tells that a conversation continues with another account,
// which is the one of the [Occurrence]. What is bound to the account before,
// such as encrypted reasoning, is of no use any more.
type ConversationMoved struct {
	Occurrence
	// Conversation stands for the affinity key: the beginning of its SHA-256.
	Conversation string `json:"conversation"`
	// From is the id of the account before.
	From string `json:"from"`
	// FromProvider is the name of its pool, where a chain moved the conversation to
	// another pool; empty within one pool.
	FromProvider string `json:"from_provider,omitzero"`
	// Reason says why that account does not serve the conversation any more.
	Reason string `json:"reason"`
}

// DecisionMade tells that a request was turned away, or goes to another account
// after an attempt that failed. A request that succeeds at once makes no event.
type DecisionMade struct {
	Occurrence
	// Seq is the number by which the pool remembers the decision.
	Seq uint64 `json:"seq"`
	// Tried are the ids of the accounts that the request has tried already.
	Tried []string `json:"tried,omitempty"`
	// Reason says why no account serves; empty when one does.
	Reason string `json:"reason"`
}

// StreamFailed tells that a stream reported a failure after a part of its answer
// had been passed on, so that no other account could take over.
type StreamFailed struct {
	Occurrence
	// Class is the class of an answer that begins with that failure.
	Class account.Class `json:"class"`
	// Code is the provider's own short word; empty when it gave none.
	Code string `json:"code,omitzero"`
}

// StreamCut tells that a stream ended before its answer was complete, without a
// failure being reported.
type StreamCut struct{ Occurrence }
