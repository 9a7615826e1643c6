// Package event holds what a host is told by multiaccount.Engine.Subscribe:
// one type for each thing that can happen to an account, a pool, a request or
// the settings.
//
// Each event embeds an [Occurrence], which says whose event it is and when it
// happened, and has a [Name] by which it is known in JSON. Programs tell events
// apart by a type switch:
//
//	eng.Subscribe(func(e event.Event) {
//		switch e := e.(type) {
//		case event.LoginRejected:
//			fmt.Println(e.Label, "has to log in again:", e.Reason)
//		case event.AccountCooled:
//			fmt.Println(e.Label, "is limited until", e.Until)
//		}
//	})
//
// The names in JSON are a contract, listed in docs/events.md: they stay, and
// events and fields may be added. No event carries a secret. Package
// multiaccount has all types under the same names.
package event

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// Event is something that happened and that a host may want to know. Its
// concrete type is one of this package, as a value.
type Event interface {
	// About returns whose event it is, and when it happened.
	About() Occurrence
	// Name returns what the event is called in JSON.
	Name() Name
}

// Occurrence is what all events have in common.
type Occurrence struct {
	// Provider is empty for an event of the whole engine.
	Provider string `json:"provider"`
	// AccountID is empty for an event of the whole pool.
	AccountID string `json:"account,omitzero"`
	// Label is the account's name as shown to its user.
	Label string `json:"label,omitzero"`
	// At is when it happened, by the wall clock; zero when not known.
	At time.Time `json:"at,omitzero"`
}

// About returns the occurrence itself.
func (o Occurrence) About() Occurrence { return o }

// Encode returns an event as one JSON object: its name as "event", then the
// fields of its type. Control characters and what else changes a terminal are
// escaped in it. It fails only for a value that JSON does not have.
func Encode(e Event) ([]byte, error) {
	fields, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encoding the event %s: %w", e.Name(), err)
	}
	return printable.JSON(append([]byte(`{"event":"`+string(e.Name())+`",`), fields[1:]...)), nil
}

// text is an event for a line of a log. Labels, reasons and names come from
// providers and other programs, and fmt would print them unescaped.
func text(e Event) string {
	encoded, err := Encode(e)
	if err != nil {
		return string(e.Name())
	}
	return string(encoded)
}
