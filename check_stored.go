package multiaccount

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// Confirm is the same as [Pool.CheckStored].
//
// Deprecated: use [Pool.CheckStored].
func (p *Pool) Confirm(ctx context.Context, id string, a NewAccount) error {
	return p.CheckStored(ctx, id, a)
}

// CheckStored reads an account from the store, not from what this process
// remembers, and compares its credentials with those of a. Nil means that
// another process would find the same login. Errors: [ErrUnknownAccount] when
// the account is gone, [ErrOtherLogin] when it has another login, the store's
// when it cannot be read.
func (p *Pool) CheckStored(ctx context.Context, id string, a NewAccount) error {
	if _, _, err := p.actors.Accounts(ctx); err != nil {
		return p.publicError(err) // a closed engine reads nothing
	}
	stored, err := p.stored(ctx, id)
	switch {
	case errors.Is(err, persistence.ErrNotFound):
		return fmt.Errorf("%w: %s", ErrUnknownAccount, printable.Text(id))
	case err != nil:
		return fmt.Errorf("multiaccount: reading account %s back: %w", printable.Text(id), err)
	}
	added, err := a.record()
	if err != nil {
		return err
	}
	if !sameLogin(&stored.Credentials, &added.Credentials) {
		return fmt.Errorf("%w: %s", ErrOtherLogin, printable.Text(id))
	}
	return nil
}

// sameLogin compares what a login lives by: the refresh token where there is
// one, for its access token may have been renewed meanwhile.
func sameLogin(stored, added *account.Credentials) bool {
	if !added.RefreshToken.IsZero() {
		return stored.RefreshToken.Fingerprint() == added.RefreshToken.Fingerprint()
	}
	return stored.AccessToken.Fingerprint() == added.AccessToken.Fingerprint() &&
		stored.APIKey.Fingerprint() == added.APIKey.Fingerprint()
}
