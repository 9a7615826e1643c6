package exchange

import "encoding/json"

// Told is a field of an endpoint's JSON that may be left out. One that is null
// or of another type counts as left out, and spoils no field beside it.
type Told[T any] struct {
	// Value is the zero value unless OK.
	Value T
	OK    bool
}

// UnmarshalJSON never fails.
func (t *Told[T]) UnmarshalJSON(raw []byte) error {
	var v *T
	if json.Unmarshal(raw, &v) == nil && v != nil {
		*t = Told[T]{Value: *v, OK: true}
	}
	return nil
}
