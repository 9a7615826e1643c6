package multiaccount

import (
	"context"
	"errors"

	"github.com/seed-810f1486/multiaccount/account"
)

// AccountConfig is a change of what an owner sets for an account: priority, weight,
// requests at the same time, soft quota. A nil field stays as it is. See
// [account.Config].
type AccountConfig = account.Config

// Configure sets what the fields of c that are not nil say. It holds in every
// process on the folder, once it is stored. Errors: [*InvalidAccountError],
// [ErrUnknownAccount], the store's.
func (p *Pool) Configure(ctx context.Context, id string, c AccountConfig) error {
	if err := c.Check(); err != nil {
		return invalid(err)
	}
	return p.publicError(p.actors.Configure(ctx, id, c))
}

// SetKey gives an account that has an API key another one, switches it on, and
// forgets what was known of the old key: its limits, and that it was refused. The
// key is not checked. Errors: [*InvalidAccountError] for what is no key and for an
// account that has a login, [*DuplicateAccountError], [ErrUnknownAccount], the
// store's.
func (p *Pool) SetKey(ctx context.Context, id, key string) error {
	secret, err := account.ParseSecret(key)
	switch {
	case err != nil:
		return &InvalidAccountError{Field: "APIKey", Problem: err.Error()}
	case secret.IsZero():
		return &InvalidAccountError{Field: "APIKey", Problem: "an API key is needed"}
	}
	return p.publicError(p.actors.SetKey(ctx, id, secret))
}

// invalid makes what is wrong with a configuration the public error.
func invalid(err error) error {
	if wrong, ok := errors.AsType[*account.ConfigError](err); ok {
		return &InvalidAccountError{Field: wrong.Field, Problem: wrong.Problem}
	}
	return err
}
