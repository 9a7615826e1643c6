package messages

import "time"

// UsageFigure is one window of an account's quota.
type UsageFigure struct {
	Name string `json:"name"`
	// Utilization is in percent.
	Utilization float64   `json:"utilization_percent"`
	ResetAt     time.Time `json:"reset_at,omitzero"`
}
