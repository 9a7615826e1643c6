package providers

import (
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// StatusError is returned by [UsageSource] and [ProfileSource] when the
// endpoint did not answer with success. A 429 means that the endpoint was asked
// too often, not that the account has no quota left.
type StatusError struct {
	Provider string
	// Status is the HTTP status.
	Status int
	// RetryAfter is how long the server asks to wait; zero when it does not.
	RetryAfter time.Duration
}

// Error says what happened, without the answer's body.
func (e *StatusError) Error() string {
	return printable.Text(fmt.Sprintf("%s: the account endpoint answered with HTTP %d", e.Provider, e.Status))
}
