package event

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// LoginRefreshed tells that an account has a new access token.
type LoginRefreshed struct {
	Occurrence
	// Generation is the account's: it grows by one with every change of its
	// credentials.
	Generation uint64 `json:"generation"`
	// ExpiresAt is when the access token ends; zero when not known.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// Adopted is set when another process made the token exchange.
	Adopted bool `json:"adopted"`
}

// RefreshFailed tells that a token exchange failed and will be tried again.
type RefreshFailed struct {
	Occurrence
	// Reason is the error, as text.
	Reason string `json:"reason"`
	// RetryAt is when it is tried again.
	RetryAt time.Time `json:"retry_at,omitzero"`
}

// LoginRejected tells that an account's login is of no use any more: its owner
// must log in again.
type LoginRejected struct {
	Occurrence
	// Kind says whether the provider refuses the login, or it was lost.
	Kind account.FaultKind `json:"kind"`
	// Generation is that of the login.
	Generation uint64 `json:"generation"`
	// Reason says what the provider answered, or how the login was lost.
	Reason string `json:"reason"`
	// Disabled is set when the account was taken out of the pool. The last usable
	// account stays in it.
	Disabled bool `json:"disabled"`
}
