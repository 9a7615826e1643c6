package multiaccount

import (
	"context"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// NewAccount is an account to add. It needs an APIKey, or an AccessToken, a
// RefreshToken or both. White space around them is removed. What an HTTP header
// cannot carry is refused.
type NewAccount struct {
	// Label is shown in place of the e-mail. White space around it is removed.
	Label string
	Email string
	// Subject is the provider's id of the account, and Organization the id of what
	// is billed for it. Two logins with the same Subject and Organization are one
	// account.
	Subject      string
	Organization string
	Plan         string
	AccessToken  string
	RefreshToken string
	APIKey       string
	// ExpiresAt is when AccessToken ends; zero when not known.
	ExpiresAt time.Time
	// Scopes are those that the login was granted; nil when not known.
	Scopes []string
	// Usage are its quota windows; nil when not known.
	Usage []UsageWindow
	// Weight is the account's share with round-robin; 0 means 1.
	Weight int
	// Priority puts accounts into tiers. The highest tier serves first.
	Priority int
	// MaxInFlight limits how many requests the account serves at the same time; 0
	// means no limit.
	MaxInFlight int
}

// Add stores an account and returns its id once it is on disk. If the pool has
// an account with the same subject and organization, that account gets the new
// credentials, is switched on, and keeps its id. Errors:
// [*InvalidAccountError], [*DuplicateAccountError], [*DuplicateLabelError], the
// store's.
func (p *Pool) Add(ctx context.Context, a NewAccount) (id string, err error) {
	if a.Label, err = parseLabel(a.Label); err != nil {
		return "", err
	}
	record, err := a.record()
	if err != nil {
		return "", err
	}
	id, err = p.actors.Add(ctx, record)
	return id, p.publicError(err)
}

func (a NewAccount) record() (account.Record, error) {
	creds, err := a.credentials()
	if err == nil {
		err = a.check(&creds)
	}
	if err != nil {
		return account.Record{}, err
	}
	kind := account.OAuth
	if !creds.APIKey.IsZero() {
		kind = account.APIKey
	}
	return account.Record{
		Subject: a.Subject, Organization: a.Organization, Email: a.Email, Label: a.Label, Plan: a.Plan,
		Kind: kind, Lineage: account.Owned, Generation: 1, Enabled: true,
		Weight: max(a.Weight, 1), Priority: a.Priority, MaxInFlight: a.MaxInFlight,
		Credentials: creds, Usage: a.Usage,
	}, nil
}

// credentials are checked here, since a request with what no header can carry
// fails each time, as if it was the network.
func (a NewAccount) credentials() (account.Credentials, error) {
	creds := account.Credentials{ExpiresAt: a.ExpiresAt.Round(0), Scopes: a.Scopes}
	for _, s := range []struct {
		field, text string
		into        *account.Secret
	}{
		{"AccessToken", a.AccessToken, &creds.AccessToken},
		{"RefreshToken", a.RefreshToken, &creds.RefreshToken},
		{"APIKey", a.APIKey, &creds.APIKey},
	} {
		var err error
		if *s.into, err = account.ParseSecret(s.text); err != nil {
			return account.Credentials{}, &InvalidAccountError{Field: s.field, Problem: err.Error()}
		}
	}
	return creds, nil
}

// parseLabel checks a label; an empty one is none.
func parseLabel(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	label, err := account.ParseLabel(text)
	if err != nil {
		return "", &InvalidAccountError{Field: "Label", Problem: err.Error()}
	}
	return label, nil
}

func (a NewAccount) check(c *account.Credentials) error {
	hasToken := !c.AccessToken.IsZero() || !c.RefreshToken.IsZero()
	switch {
	case !hasToken && c.APIKey.IsZero():
		return &InvalidAccountError{Field: "APIKey", Problem: "an account needs an API key, an access token or a refresh token"}
	case hasToken && !c.APIKey.IsZero():
		return &InvalidAccountError{Field: "APIKey", Problem: "an account has either an API key or tokens, not both; add two accounts"}
	case a.Weight < 0 || a.Weight > account.MaxWeight:
		return &InvalidAccountError{Field: "Weight", Problem: "0 to 10000 is allowed"}
	case a.MaxInFlight < 0:
		return &InvalidAccountError{Field: "MaxInFlight", Problem: "0 (no limit) or more is allowed"}
	}
	return nil
}
