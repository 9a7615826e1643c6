package multiaccount

import (
	"fmt"

	"github.com/seed-810f1486/multiaccount/event"
)

// Event is something that happened to an account or a pool. Its concrete type
// is one of those of package event, which have the same names here; none
// carries a secret.
type Event = event.Event

// Occurrence is what all events have in common.
// Fields: Provider, AccountID, Label, At; see [event.Occurrence].
type Occurrence = event.Occurrence

// The events of an account.
type (
	// AccountJoined tells that an account was added, or got a new login.
	// Fields: Occurrence, Known; see [event.AccountJoined].
	AccountJoined = event.AccountJoined
	// AccountLeft tells that an account was removed.
	// Fields: Occurrence; see [event.AccountLeft].
	AccountLeft = event.AccountLeft
	// AccountSwitched tells that an account's user switched it on or off.
	// Fields: Occurrence, Enabled; see [event.AccountSwitched].
	AccountSwitched = event.AccountSwitched
	// AccountCooled tells that an account is limited until a moment.
	// Fields: Occurrence, Reason, Model, Until; see [event.AccountCooled].
	AccountCooled = event.AccountCooled
	// AccountQuarantined tells that an account's file could not be read.
	// Fields: Occurrence, Path, Reason; see [event.AccountQuarantined].
	AccountQuarantined = event.AccountQuarantined
	// OverageBlocked tells that an account rests because more would cost its owner money.
	// Fields: Occurrence, Reason, Until; see [event.OverageBlocked].
	OverageBlocked = event.OverageBlocked
	// OwnerNeeded tells that an account is refused until its owner acts.
	// Fields: Occurrence, Reason, Model, RetryAt; see [event.OwnerNeeded].
	OwnerNeeded = event.OwnerNeeded
	// VerificationRequired tells that an account's owner has to visit a page first.
	// Fields: Occurrence, URL; see [event.VerificationRequired].
	VerificationRequired = event.VerificationRequired
	// UsageUpdated tells that an account's quota figures changed noticeably.
	// Fields: Occurrence, Windows; see [event.UsageUpdated].
	UsageUpdated = event.UsageUpdated
	// SaveFailed tells that a change could not be stored; it is in use and tried again.
	// Fields: Occurrence, Reason; see [event.SaveFailed].
	SaveFailed = event.SaveFailed
)

// The events of a login.
type (
	// LoginRefreshed tells that an account has a new access token.
	// Fields: Occurrence, Generation, ExpiresAt, Adopted; see [event.LoginRefreshed].
	LoginRefreshed = event.LoginRefreshed
	// LoginRejected tells that an account's owner has to log in again.
	// Fields: Occurrence, Kind, Generation, Reason, Disabled; see [event.LoginRejected].
	LoginRejected = event.LoginRejected
	// RefreshFailed tells that a token exchange failed and will be tried again.
	// Fields: Occurrence, Reason, RetryAt; see [event.RefreshFailed].
	RefreshFailed = event.RefreshFailed
)

// The events of a pool or its provider.
type (
	// PoolPaused tells that several accounts met a limit that they share.
	// Fields: Occurrence, Reason, Until; see [event.PoolPaused].
	PoolPaused = event.PoolPaused
	// PoolResumed tells that the pause of all accounts ended early.
	// Fields: Occurrence; see [event.PoolResumed].
	PoolResumed = event.PoolResumed
	// CircuitOpened tells that the provider is in trouble, so that requests wait.
	// Fields: Occurrence, Reason, RetryAt; see [event.CircuitOpened].
	CircuitOpened = event.CircuitOpened
	// CircuitClosed tells that the provider answers again.
	// Fields: Occurrence; see [event.CircuitClosed].
	CircuitClosed = event.CircuitClosed
)

// The events of a request.
type (
	// ConversationMoved tells that a conversation has another account than before.
	// Fields: Occurrence, Conversation, From, FromProvider, Reason; see [event.ConversationMoved].
	ConversationMoved = event.ConversationMoved
	// DecisionMade tells that a request was turned away or moved on after a failure.
	// Fields: Occurrence, Seq, Tried, Reason; see [event.DecisionMade].
	DecisionMade = event.DecisionMade
	// StreamFailed tells that an answer failed after a part of it was passed on.
	// Fields: Occurrence, Class, Code; see [event.StreamFailed].
	StreamFailed = event.StreamFailed
	// StreamCut tells that a stream ended before its answer was complete.
	// Fields: Occurrence; see [event.StreamCut].
	StreamCut = event.StreamCut
)

// The events of an engine.
type (
	// SettingsChanged tells that the engine works by other settings.
	// Fields: Occurrence, Keys; see [event.SettingsChanged].
	SettingsChanged = event.SettingsChanged
	// SettingsRejected tells that the settings file cannot be used as it is now.
	// Fields: Occurrence, Reason; see [event.SettingsRejected].
	SettingsRejected = event.SettingsRejected
	// EventsDropped tells a subscriber how many events it was too slow for.
	// Fields: Occurrence, Count; see [event.EventsDropped].
	EventsDropped = event.EventsDropped
)

// EncodeEvent returns an event as one JSON object: its name as "event", the
// fields of its type by the names in docs/events.md. It carries no secret.
// Control characters and what else changes a terminal are escaped in it.
func EncodeEvent(e Event) ([]byte, error) {
	encoded, err := event.Encode(e)
	if err != nil {
		return nil, fmt.Errorf("multiaccount: %w", err)
	}
	return encoded, nil
}
