package messages

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Event is something that happened and that a host may want to know. Events
// never carry a secret. The names in JSON are a contract (docs/events.md).
type Event interface {
	// About returns where and when it happened.
	About() Occurrence
}

// Occurrence is what all events have in common.
type Occurrence struct {
	Provider string `json:"provider"`
	// AccountID is empty for an event of the whole pool.
	AccountID string `json:"account,omitzero"`
	// Label is the account's as shown to its user.
	Label string    `json:"label,omitzero"`
	At    time.Time `json:"at,omitzero"`
}

// About returns the occurrence itself.
func (o Occurrence) About() Occurrence { return o }

// SettingsChanged: the engine works by other settings from now on.
type SettingsChanged struct {
	Occurrence
	// Keys are the full names of those that changed ("max_wait_ms",
	// "providers.openai.base_url").
	Keys []string `json:"keys"`
}

// SettingsRejected: the settings file has changed and cannot be used; the
// engine goes on with the settings it has.
type SettingsRejected struct {
	Occurrence
	Reason string `json:"reason"`
}

// AccountJoined: an account was added to the pool, or got a new login.
type AccountJoined struct {
	Occurrence
	// Known is set when the account existed and got new credentials.
	Known bool `json:"known"`
}

// AccountLeft: an account was removed.
type AccountLeft struct{ Occurrence }

// LoginRefreshed: an account has a new access token.
type LoginRefreshed struct {
	Occurrence
	Generation uint64    `json:"generation"`
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
	// Adopted is set when another process had made the exchange.
	Adopted bool `json:"adopted"`
}

// RefreshFailed: a token exchange failed and will be tried again.
type RefreshFailed struct {
	Occurrence
	Reason  string    `json:"reason"`
	RetryAt time.Time `json:"retry_at,omitzero"`
}

// LoginRejected: the provider refuses the login for good. Its owner must log
// in again. Disabled tells whether the account was taken out of the pool; the
// last usable one stays.
type LoginRejected struct {
	Occurrence
	// Kind says whether the provider refuses the login, or it was lost.
	Kind account.FaultKind `json:"kind"`
	// Generation is that of the login.
	Generation uint64 `json:"generation"`
	Reason     string `json:"reason"`
	Disabled   bool   `json:"disabled"`
}

// AccountCooled: an account is limited until a moment.
type AccountCooled struct {
	Occurrence
	Reason string `json:"reason"`
	// Model is empty when the whole account is limited.
	Model string    `json:"model,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// OverageBlocked: an account's plan is used up, and the provider would go on at
// its owner's expense. It rests instead; [AccountCooled] tells of that.
type OverageBlocked struct {
	Occurrence
	// Reason is the provider's word for what would be paid for.
	Reason string    `json:"reason"`
	Until  time.Time `json:"until,omitzero"`
}

// OwnerNeeded: an account is refused for a reason that only its owner can end,
// such as credit that is used up or an organization that was disabled. The other
// accounts serve; this one is tried again now and then. It is told once for as
// long as that goes on.
type OwnerNeeded struct {
	Occurrence
	// Reason is the provider's word for it.
	Reason string `json:"reason"`
	// Model is empty when the whole account is refused.
	Model string `json:"model,omitzero"`
	// RetryAt is when the account is tried again.
	RetryAt time.Time `json:"retry_at,omitzero"`
}

// PoolPaused: three accounts met the same limit at once, which is none of their
// own quota windows, so it is their organisation's or this address'. Accounts
// that have not met it are still asked; the first that answers ends the pause.
type PoolPaused struct {
	Occurrence
	Reason string    `json:"reason"`
	Until  time.Time `json:"until,omitzero"`
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
	Conversation string `json:"conversation"`
	// From is the id of the account that it had, Reason why that one does not
	// serve it any more.
	From   string `json:"from"`
	Reason string `json:"reason"`
}

// DecisionMade: a request was turned away, or goes to another account after
// an attempt that failed. What runs smoothly makes no event.
type DecisionMade struct {
	Occurrence
	// Seq is the number of the decision, under which the pool remembers it.
	Seq uint64 `json:"seq"`
	// Tried are the accounts that the request has tried already.
	Tried []string `json:"tried,omitempty"`
	// Reason says why no account serves; empty when AccountID does.
	Reason string `json:"reason"`
}

// CircuitOpened: the provider is in trouble, whatever account asks. Requests
// wait, or are refused, until one of them, let through as a probe, is answered.
type CircuitOpened struct {
	Occurrence
	Reason string `json:"reason"`
	// RetryAt is when the first probe goes.
	RetryAt time.Time `json:"retry_at,omitzero"`
}

// CircuitClosed: the provider answers again.
type CircuitClosed struct{ Occurrence }

// UsageUpdated: what is known of an account's quota changed noticeably: a window
// of an hour or more by a whole percent, or by its reset.
type UsageUpdated struct {
	Occurrence
	Windows []UsageFigure `json:"windows"`
}

// StreamFailed: a stream told of a failure after a part of its answer had been
// passed on, so that no other account could take over.
type StreamFailed struct {
	Occurrence
	// Class is what an answer would have been that began with the failure.
	Class account.Class `json:"class"`
	// Code is the provider's own short word; empty when it gave none.
	Code string `json:"code,omitzero"`
}

// StreamCut: a stream ended before its answer was complete, without a word.
type StreamCut struct{ Occurrence }

// AccountSwitched: an account was switched on or off by its user.
type AccountSwitched struct {
	Occurrence
	Enabled bool `json:"enabled"`
}

// VerificationRequired: the provider wants the owner to visit URL first.
type VerificationRequired struct {
	Occurrence
	URL string `json:"url"`
}

// AccountQuarantined: an account's file could not be read; its bytes are at Path.
type AccountQuarantined struct {
	Occurrence
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// SaveFailed: a change could not be stored. It is in use and tried again.
type SaveFailed struct {
	Occurrence
	Reason string `json:"reason"`
}

// EventsDropped: a subscriber was too slow and missed events.
type EventsDropped struct {
	Occurrence
	Count int `json:"count"`
}
