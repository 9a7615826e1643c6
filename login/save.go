package login

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// askTime bounds each question about the account.
const askTime = 15 * time.Second

// New is a login to save. It has a Grant or an APIKey.
type New struct {
	Grant  account.Grant
	APIKey account.Secret
	// Label is shown in place of the e-mail. Empty keeps the label of a known
	// account.
	Label string
}

// Saved is an account that was stored. It holds no secret.
type Saved struct {
	ID    string
	Label string
	Email string
	Plan  string
	// Known is set when the pool had the account already. It has the new login
	// now.
	Known bool
	Usage []multiaccount.UsageWindow
	// Unchecked says why it is not known whether its API key works; nil when it does,
	// and for logins.
	Unchecked error
	// Untold are the errors of questions about the account that the provider did
	// not answer. The account works all the same.
	Untold []error
}

// Save asks the provider for the owner, the plan and the quota of the login,
// stores the account in the pool of that provider, and reads it back from the
// store. A key that the provider refuses is not stored. Errors:
// [multiaccount.Pool.Add]'s, *[providers.KeyRefusedError] and [*NotStoredError].
func Save(ctx context.Context, pool *multiaccount.Pool, p providers.Provider, n New) (Saved, error) {
	add := multiaccount.NewAccount{
		Label: n.Label, APIKey: n.APIKey.Reveal(),
		AccessToken: n.Grant.AccessToken.Reveal(), RefreshToken: n.Grant.RefreshToken.Reveal(),
		ExpiresAt: n.Grant.ExpiresAt, Scopes: n.Grant.Scopes,
		Subject: n.Grant.Subject, Organization: n.Grant.Organization, Email: n.Grant.Email, Plan: n.Grant.Plan,
	}
	unchecked, err := checkNew(ctx, p, n)
	if err != nil {
		return Saved{}, err
	}
	untold := describe(ctx, p, &add)
	if err := ctx.Err(); err != nil {
		return Saved{}, fmt.Errorf("login: nothing was stored: %w", context.Cause(ctx))
	}
	before, err := pool.Accounts(ctx)
	if err != nil {
		return Saved{}, fmt.Errorf("login: %w", err)
	}
	id, err := pool.Add(ctx, add)
	if err != nil {
		return Saved{}, fmt.Errorf("login: %w", err)
	}
	if err := pool.CheckStored(ctx, id, add); err != nil {
		return Saved{}, &NotStoredError{AccountID: id, Err: err}
	}
	saved, err := savedOf(ctx, pool, id)
	saved.Known, saved.Unchecked, saved.Untold = has(before, id), unchecked, untold
	return saved, err
}

// checkNew is an error for a key that does not work, and returns why one could not
// be checked.
func checkNew(ctx context.Context, p providers.Provider, n New) (unchecked, err error) {
	if n.APIKey.IsZero() {
		return nil, nil
	}
	err = CheckKey(ctx, p, n.APIKey)
	if _, refused := errors.AsType[*providers.KeyRefusedError](err); refused {
		return nil, fmt.Errorf("login: nothing was stored: %w", err)
	}
	return err, nil
}

func has(all []multiaccount.AccountStatus, id string) bool {
	for i := range all {
		if all[i].ID == id {
			return true
		}
	}
	return false
}

func savedOf(ctx context.Context, pool *multiaccount.Pool, id string) (Saved, error) {
	all, err := pool.Accounts(ctx)
	if err != nil {
		return Saved{}, fmt.Errorf("login: %w", err)
	}
	for i := range all {
		if a := &all[i]; a.ID == id {
			return Saved{ID: id, Label: a.Label, Email: a.Email, Plan: a.Plan, Usage: a.Usage}, nil
		}
	}
	return Saved{}, &NotStoredError{AccountID: id, Err: multiaccount.ErrUnknownAccount}
}

// describe fills in what the provider tells about the account, and returns
// what it did not. What it has no endpoint for is not missed.
func describe(ctx context.Context, p providers.Provider, a *multiaccount.NewAccount) (untold []error) {
	cred := credential(a)
	if source, ok := p.(providers.ProfileSource); ok {
		grant, err := within(ctx, func(ctx context.Context) (account.Grant, error) { return source.Profile(ctx, cred) })
		untold = missed(untold, err)
		a.Subject = cmp.Or(a.Subject, grant.Subject)
		a.Organization = cmp.Or(a.Organization, grant.Organization)
		a.Email = cmp.Or(a.Email, grant.Email)
		a.Plan = cmp.Or(a.Plan, grant.Plan)
		cred = credential(a) // which may have to name the organization
	}
	if source, ok := p.(providers.UsageSource); ok {
		usage, err := within(ctx, func(ctx context.Context) (providers.Usage, error) { return source.Usage(ctx, cred) })
		untold = missed(untold, err)
		a.Plan = cmp.Or(a.Plan, usage.Plan)
		a.Usage = usage.Windows
	}
	return untold
}

func credential(a *multiaccount.NewAccount) account.Credential {
	kind, token := account.OAuth, a.AccessToken
	if a.APIKey != "" {
		kind, token = account.APIKey, a.APIKey
	}
	return account.Credential{Kind: kind, Token: account.NewSecret(token), Subject: a.Subject, Organization: a.Organization}
}

func within[T any](ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	return ask(ctx)
}

func missed(untold []error, err error) []error {
	if err == nil || errors.Is(err, errors.ErrUnsupported) {
		return untold
	}
	return append(untold, err)
}
