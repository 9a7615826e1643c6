package migrate

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// ErrGone is returned by [Reread] when the source no longer has the login.
var ErrGone = errors.New("the login is not there any more")

// Reread reads a linked login again, as its program has it now. Only that
// program may spend its refresh token, until the login is adopted. Errors:
// those of [Read], [ErrGone], ctx's.
func Reread(ctx context.Context, origin account.Origin) (account.Grant, error) {
	if err := ctx.Err(); err != nil {
		return account.Grant{}, err
	}
	c, err := Read(origin.Path)
	if err != nil {
		return account.Grant{}, err
	}
	for i := range c.Logins {
		login := &c.Logins[i]
		if rec := &login.Record; login.Name == origin.Key && c.Format == origin.Format && rec.Kind == account.OAuth {
			return account.Grant{
				AccessToken: rec.Credentials.AccessToken, RefreshToken: rec.Credentials.RefreshToken,
				ExpiresAt: rec.Credentials.ExpiresAt, Scopes: rec.Credentials.Scopes,
				Subject: rec.Subject, Organization: rec.Organization, Email: rec.Email, Plan: rec.Plan,
			}, nil
		}
	}
	for _, s := range c.Skipped {
		if s.Name == origin.Key && c.Format == origin.Format {
			return account.Grant{}, fmt.Errorf("%s: %w: %s", printable.Text(origin.Path), ErrGone, s.Reason)
		}
	}
	return account.Grant{}, fmt.Errorf("%s: %w", printable.Text(origin.Path), ErrGone)
}
