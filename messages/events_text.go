package messages

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// EncodeEvent returns an event as one JSON object: its name as "event", then
// the fields of its type. What a terminal would obey is escaped in it.
func EncodeEvent(e Event) ([]byte, error) {
	fields, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encoding %T: %w", e, err)
	}
	return printable.JSON(append([]byte(`{"event":"`+eventName(e)+`",`), fields[1:]...)), nil
}

// eventName returns login_rejected for LoginRejected.
func eventName(e Event) string {
	_, name, _ := strings.Cut(fmt.Sprintf("%T", e), ".")
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// text is an event for a line of a log: labels, reasons and names come from
// providers and other programs, and fmt would print them as they came.
func text(e Event) string {
	encoded, err := EncodeEvent(e)
	if err != nil {
		return eventName(e)
	}
	return string(encoded)
}

// String returns the event as JSON; see [EncodeEvent].
func (e SettingsChanged) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e SettingsRejected) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e AccountJoined) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e AccountLeft) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e LoginRefreshed) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e RefreshFailed) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e LoginRejected) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e AccountCooled) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e OverageBlocked) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e PoolPaused) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e PoolResumed) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e ConversationMoved) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e DecisionMade) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e CircuitOpened) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e CircuitClosed) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e UsageUpdated) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e StreamFailed) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e StreamCut) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e AccountSwitched) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e VerificationRequired) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e AccountQuarantined) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e SaveFailed) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e EventsDropped) String() string { return text(e) }

// String returns the event as JSON; see [EncodeEvent].
func (e OwnerNeeded) String() string { return text(e) }
