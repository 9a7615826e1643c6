package providers

import (
	"context"
	"fmt"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// KeyChecker is implemented by providers that can tell whether an API key works,
// by a call that costs nothing.
type KeyChecker interface {
	// CheckKey asks with the key. Nil means that the provider knows it, a
	// *KeyRefusedError that it does not; any other error says nothing of the key.
	CheckKey(ctx context.Context, key account.Secret) error
	// IssuesKey reports whether key has the form of those that the provider's own
	// service, and no other, gives out.
	IssuesKey(key account.Secret) bool
}

// KeyRefusedError is returned by [KeyChecker] for a key that does not work.
type KeyRefusedError struct {
	Provider string
	// Status is the HTTP status, usually 401.
	Status int
}

// Error says what to do.
func (e *KeyRefusedError) Error() string {
	return printable.Text(fmt.Sprintf("%s refuses the API key (HTTP %d): it is wrong, or was deleted; copy it again, or make another one", e.Provider, e.Status))
}
