package login

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/providers"
)

// ParseKey reads an API key that its owner typed or pasted; white space around
// it is removed. Errors say what is wrong, and contain nothing of the text.
func ParseKey(text string) (account.Secret, error) {
	key, err := account.ParseSecret(text)
	switch {
	case err != nil:
		return account.Secret{}, fmt.Errorf("that is no API key: %w", err)
	case key.IsZero():
		return account.Secret{}, errors.New("no API key was given")
	}
	return key, nil
}

// ForeignKeyError is returned by [CheckForm] for a key of another provider.
type ForeignKeyError struct {
	// Provider is where the key was to be added, Issuer the provider that gives out
	// keys of its form.
	Provider, Issuer string
}

// Error names both providers.
func (e *ForeignKeyError) Error() string {
	return printable.Text(fmt.Sprintf("login: that is an API key of %s, not of %s", e.Issuer, e.Provider))
}

// CheckForm refuses a key for p whose form says that another of all gave it out, with
// a *[ForeignKeyError]. Nobody is asked. It is not for a provider whose requests go
// to a server of its owner's, which may take any key.
func CheckForm(p providers.Provider, all []providers.Provider, key account.Secret) error {
	if issues(p, key) {
		return nil
	}
	for _, other := range all {
		if other.Name() != p.Name() && issues(other, key) {
			return &ForeignKeyError{Provider: p.Name(), Issuer: other.Name()}
		}
	}
	return nil
}

func issues(p providers.Provider, key account.Secret) bool {
	checker, ok := p.(providers.KeyChecker)
	return ok && checker.IssuesKey(key)
}

// CheckKey asks p whether a key works, by a call that costs nothing. Nil means that
// it does, a *[providers.KeyRefusedError] that it does not. Any other error says that
// it could not be found out, which is [errors.ErrUnsupported] for a provider without
// such a call.
func CheckKey(ctx context.Context, p providers.Provider, key account.Secret) error {
	checker, ok := p.(providers.KeyChecker)
	if !ok {
		return fmt.Errorf("%s cannot be asked about a key: %w", p.Name(), errors.ErrUnsupported)
	}
	_, err := within(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, checker.CheckKey(ctx, key) })
	return err
}

// ReplaceKey gives an account that has an API key another one, and returns why p could
// not be asked whether the key works; nil when it does. A key that p refuses is not
// stored. Errors: *[providers.KeyRefusedError], [multiaccount.Pool.SetKey]'s.
func ReplaceKey(ctx context.Context, pool *multiaccount.Pool, p providers.Provider, id string, key account.Secret) (unchecked, err error) {
	unchecked, err = checkNew(ctx, p, New{APIKey: key})
	if err != nil {
		return nil, err
	}
	return unchecked, pool.SetKey(ctx, id, key.Reveal())
}
