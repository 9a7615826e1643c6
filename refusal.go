package multiaccount

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/messages"
)

// publicError turns what the actors answer into the errors above.
func (p *Pool) publicError(err error) error {
	var refused *messages.RefusalError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, messages.ErrStopped):
		return ErrClosed
	case errors.As(err, &refused):
		return p.refusal(refused)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return fmt.Errorf("multiaccount: %w", err)
}

// refusedFor is publicError for a request to a host.
func (p *Pool) refusedFor(err error, host string) error {
	err = p.publicError(err)
	if none := (*NoAccountOfKindError)(nil); errors.As(err, &none) {
		none.Host = host
	}
	return err
}

func (p *Pool) refusal(r *messages.RefusalError) error {
	name := p.provider.Name()
	switch r.Reason {
	case messages.RefusedLogin:
		return &ReauthRequiredError{Provider: name, AccountID: r.AccountID, Reason: r.Detail, RetryAt: r.RetryAt}
	case messages.RefusedPin:
		return &AccountUnavailableError{Provider: name, AccountID: r.AccountID, Resource: r.PinnedFor, ByOwner: r.ByOwner, Reason: r.Detail, RetryAt: r.RetryAt}
	case messages.RefusedKind:
		return &NoAccountOfKindError{Provider: name, Kind: r.Kind}
	case messages.RefusedDuplicate:
		return &DuplicateAccountError{Provider: name, AccountID: r.AccountID}
	case messages.RefusedLabel:
		return &DuplicateLabelError{Provider: name, AccountID: r.AccountID}
	case messages.RefusedNoKey:
		return &InvalidAccountError{Field: "APIKey", Problem: "the account has a login, not an API key; log in again"}
	case messages.RefusedProvider:
		return &ProviderUnavailableError{Provider: name, Reason: r.Detail, RetryAt: r.RetryAt}
	case messages.RefusedUnknown:
		return fmt.Errorf("%w: the %s pool has no account %s", ErrUnknownAccount, name, printable.Text(r.AccountID))
	case messages.RefusedLimited, messages.RefusedTried, messages.RefusedHeldUp:
		limited := &AllAccountsLimitedError{Provider: name, RetryAt: r.RetryAt}
		for _, a := range r.Accounts {
			limited.Accounts = append(limited.Accounts, LimitedAccount(a))
		}
		return limited
	case messages.RefusedEmpty:
	}
	return fmt.Errorf("%w: %s: %s", ErrNoAccounts, name, printable.Text(r.Detail))
}
