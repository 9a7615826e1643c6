package exchange

import "encoding/json"

// Told is an optional field of an endpoint's JSON. A null, or a value of another
// type, counts as missing, and does not affect the other fields.
type Told[T any] struct {
	// Value is the zero value unless OK is set.
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
