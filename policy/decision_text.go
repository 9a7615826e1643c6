package policy

import (
	"fmt"
	"slices"
	"time"
)

// What a decision looks like as JSON: moments as RFC 3339, states and reasons
// in words.

// MarshalText writes the moment as RFC 3339 in UTC.
func (i Instant) MarshalText() ([]byte, error) { return i.Time().UTC().MarshalText() }

// UnmarshalText reads RFC 3339.
func (i *Instant) UnmarshalText(text []byte) error {
	var t time.Time
	err := t.UnmarshalText(text)
	*i = At(t)
	return err
}

// MarshalText writes the state in one word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads that word.
func (s *State) UnmarshalText(text []byte) error {
	i := slices.Index(stateNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no state is called %q", text)
	}
	*s = State(i) //nolint:gosec // an index of a short table
	return nil
}

// MarshalText writes the reason in a few words.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads those words.
func (r *Reason) UnmarshalText(text []byte) error {
	i := slices.Index(reasonNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no reason is called %q", text)
	}
	*r = Reason(i) //nolint:gosec // an index of a short table
	return nil
}
