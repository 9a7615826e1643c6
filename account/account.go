// Package account holds the values that every layer shares: an account as it
// is stored, the credential a request is sent with, and what an answer told
// about an account. Plain data, no behaviour beyond small questions about it.
package account

import (
	"encoding/json"
	"time"
)

// Kind says how an account proves itself to its provider.
type Kind string

// The kinds of account.
const (
	// OAuth accounts hold an access token that expires and, as a rule, a
	// refresh token that may be spent once.
	OAuth Kind = "oauth"
	// APIKey accounts hold a key that does not expire.
	APIKey Kind = "api_key"
)

// Noun returns what people call an account of the kind: "login" or "API key".
func (k Kind) Noun() string {
	if k == APIKey {
		return "API key"
	}
	return "login"
}

// Credentials are what an account was given by its provider.
type Credentials struct {
	AccessToken  Secret
	RefreshToken Secret
	APIKey       Secret
	// ExpiresAt is when AccessToken ends; zero means not known, and then
	// the token counts as valid until it is refused.
	ExpiresAt time.Time
	// GrantedAt is when AccessToken was asked for; zero means not known.
	GrantedAt time.Time
	Scopes    []string
}

// life returns how long the access token lives in all, zero when that is not known.
func (c *Credentials) life() time.Duration {
	if c.GrantedAt.IsZero() || c.ExpiresAt.IsZero() {
		return 0
	}
	return c.ExpiresAt.Sub(c.GrantedAt)
}

// Lineage says which program owns the chain of refresh tokens.
type Lineage string

// The lineages.
const (
	// Owned logins were made for this store alone and are refreshed here.
	Owned Lineage = "owned"
	// Linked logins belong to another program and are never refreshed here.
	Linked Lineage = "linked"
)

// Record is one account as the store keeps it. It is a plain value: a copy
// shares only its slices and Unknown, which must be replaced, not written to.
type Record struct {
	// ID is a UUIDv7, given by the pool, and never changes.
	ID       string
	Provider string
	// Subject is the provider's id of the user or workspace, Organization the
	// one it is billed to. With the provider they are the account's identity.
	Subject      string
	Organization string
	Email        string
	Label        string
	Plan         string
	Kind         Kind
	Lineage      Lineage
	// Origin is where a login of another program was found; nil for those
	// made here. It is replaced, never written to.
	Origin *Origin

	Credentials Credentials
	// Generation grows by one with every change of Credentials.
	Generation uint64
	// Revision grows by one with every write. The store sets it, under the
	// account's lock: of two copies the higher one was stored later.
	Revision uint64

	AddedAt    time.Time
	LastUsedAt time.Time

	// Enabled is the user's switch.
	Enabled     bool
	Weight      int
	Priority    int
	MaxInFlight int
	// SoftQuotaPercent is the utilization from which on the account is spared; 0
	// means as the settings say.
	SoftQuotaPercent int

	// AuthFailures counts in a row; a success of the API sets it to 0.
	AuthFailures int
	// RefusedToken is the one that the API refused last, with no success since.
	RefusedToken RefusedToken
	// Refusals are those of the token endpoint since its last grant.
	Refusals Refusals
	// Fault is what keeps the login from working; nil while it works.
	Fault *Fault
	// Lost is the fault of a lost login that its owner has cleared: what is
	// refused later follows from the same loss. Nil for none.
	Lost *Fault

	// Limits and Freed are merged by package policy, and by it alone.
	Limits []Limit
	Freed  []Freed
	Usage  []UsageWindow
	// Poll is when the provider was asked about the account.
	Poll Poll

	// Unknown are fields of the stored file that this version does not know.
	Unknown map[string]json.RawMessage
}

// FaultKind classes what is wrong with a login.
type FaultKind string

// The faults.
const (
	// FaultReauth: the provider refuses the login for good; the owner must log in again.
	FaultReauth FaultKind = "reauth"
	// FaultLost: a refresh token was spent and its successor never saved.
	FaultLost FaultKind = "login_lost"
)

// Fault records why a login does not work, since when, and whether the
// account was taken out of the pool for it. The last usable account stays in
// the pool with its fault on record.
type Fault struct {
	Kind     FaultKind
	Reason   string
	At       time.Time
	Disabled bool
	// Terminal is set when the token endpoint has refused the refresh token
	// for good: it is not sent again unless the owner clears the fault.
	Terminal bool
}

// Eligible reports whether the account may serve at all: switched on by its
// user and not disabled for its login.
func (r *Record) Eligible() bool {
	return r.Enabled && (r.Fault == nil || !r.Fault.Disabled)
}

// OlderThan reports whether r was stored before other. A login never becomes
// older: a record with an earlier one was, whatever its revision, which starts
// anew when an old copy of the file is put back.
func (r *Record) OlderThan(other *Record) bool {
	if r.Generation != other.Generation {
		return r.Generation < other.Generation
	}
	return r.Revision < other.Revision
}

// Heal gives r the login of known when that is newer, and a revision that counts
// after known's. What else r says stays.
func (r *Record) Heal(known *Record) {
	if r.Generation >= known.Generation {
		return
	}
	r.Credentials, r.Generation = known.Credentials, known.Generation
	r.Subject, r.Organization, r.Email, r.Plan = known.Subject, known.Organization, known.Email, known.Plan
	r.Kind, r.Lineage, r.Origin = known.Kind, known.Lineage, known.Origin
	r.Fault, r.AuthFailures = known.Fault, known.AuthFailures
	r.Revision = max(r.Revision, known.Revision)
}

// Renewable reports whether a newer access token can be had: by spending a
// refresh token of its own, or by reading a linked login's origin again.
func (r *Record) Renewable() bool {
	if r.Lineage == Linked {
		return r.Origin != nil
	}
	return !r.Credentials.RefreshToken.IsZero()
}

// Identity returns what makes two records the same account: organization
// and subject. It is empty while the subject is not known.
func (r *Record) Identity() string {
	if r.Subject == "" {
		return ""
	}
	return r.Organization + "\x00" + r.Subject
}

// SharesToken reports whether both hold the same refresh token or API key.
func (r *Record) SharesToken(other *Record) bool {
	a, b := &r.Credentials, &other.Credentials
	return (!a.RefreshToken.IsZero() && a.RefreshToken.Equal(b.RefreshToken)) || (!a.APIKey.IsZero() && a.APIKey.Equal(b.APIKey))
}

// expiryMargin is how long before its end a token counts as expired at most.
const expiryMargin = 60 * time.Second

// Expired reports whether a request sent at now needs a refresh first: there
// is no access token, or it ends within 60 seconds or a quarter of its life,
// whichever is less. API keys never expire.
func (r *Record) Expired(now time.Time) bool {
	margin := expiryMargin
	if life := r.Credentials.life(); life > 0 {
		margin = min(margin, life/4)
	}
	return r.endsBy(now.Add(margin))
}

// Due reports whether a token is to be refreshed ahead of time by somebody who
// looks that far ahead. It is in the second half of its life, when that is
// known, so that a token which lives no longer than the look is not refreshed
// by each.
func (r *Record) Due(now time.Time, ahead time.Duration) bool {
	if life := r.Credentials.life(); life > 0 {
		ahead = min(ahead, life/2)
	}
	return r.Expired(now.Add(ahead))
}

// Ended reports whether there is no access token, or none that is good at now.
// API keys never end.
func (r *Record) Ended(now time.Time) bool { return r.endsBy(now) }

func (r *Record) endsBy(t time.Time) bool {
	if r.Kind == APIKey {
		return false
	}
	c := &r.Credentials
	return c.AccessToken.IsZero() || (!c.ExpiresAt.IsZero() && !t.Before(c.ExpiresAt))
}

// Credential returns what a request is sent with now.
func (r *Record) Credential() Credential {
	token := r.Credentials.AccessToken
	if r.Kind == APIKey {
		token = r.Credentials.APIKey
	}
	return Credential{Kind: r.Kind, Token: token, Subject: r.Subject, Organization: r.Organization}
}

// Credential is what one request is authorized with.
type Credential struct {
	Kind         Kind
	Token        Secret
	Subject      string
	Organization string
}

// Grant is a token endpoint's answer: new credentials, and what they told
// about the account. Empty fields mean "not said": the old value stays, the
// refresh token among them (RFC 6749 section 6).
type Grant struct {
	AccessToken  Secret
	RefreshToken Secret
	ExpiresAt    time.Time
	// GrantedAt is when the tokens were asked for; zero means not known.
	GrantedAt    time.Time
	Scopes       []string
	Subject      string
	Organization string
	Email        string
	Plan         string
}

// Apply writes a grant's credentials and facts into the record, and starts a
// new generation. What the token endpoint had against the login is over. What
// the API has against it ends with a success of the API alone; but the new
// token may be tried, also when the account was disabled. An organization that
// is known stays: an owner may have chosen another one than new tokens name.
func (r *Record) Apply(g Grant) {
	c := &r.Credentials
	c.AccessToken = g.AccessToken
	c.ExpiresAt, c.GrantedAt = g.ExpiresAt.Round(0), g.GrantedAt.Round(0) // tokens end by the wall clock
	if !g.RefreshToken.IsZero() {
		c.RefreshToken = g.RefreshToken
	}
	if len(g.Scopes) > 0 {
		c.Scopes = g.Scopes
	}
	set(&r.Subject, g.Subject)
	if r.Organization == "" {
		r.Organization = g.Organization
	}
	set(&r.Email, g.Email)
	set(&r.Plan, g.Plan)
	r.Generation++
	r.Refusals = Refusals{}
	r.Fault, r.Lost = r.faultOfAPI(), nil
}

func set(field *string, value string) {
	if value != "" {
		*field = value
	}
}

// Replace gives the record another login, as it was just made: credentials
// and what came with them. It switches the account on and forgets what the
// old login suffered from.
func (r *Record) Replace(login Record) {
	r.Kind, r.Lineage, r.Origin = login.Kind, login.Lineage, login.Origin
	r.Credentials = login.Credentials
	r.Credentials.ExpiresAt, r.Credentials.GrantedAt = login.Credentials.ExpiresAt.Round(0), login.Credentials.GrantedAt.Round(0)
	set(&r.Subject, login.Subject)
	set(&r.Organization, login.Organization)
	set(&r.Email, login.Email)
	set(&r.Label, login.Label)
	set(&r.Plan, login.Plan)
	if len(login.Usage) > 0 {
		r.Usage = login.Usage
	}
	r.Generation++
	r.Enabled = true
	r.AuthFailures, r.RefusedToken, r.Refusals = 0, RefusedToken{}, Refusals{}
	r.Fault, r.Lost, r.Limits, r.Freed = nil, nil, nil, nil
}

// WithoutSecrets returns a copy that is fit to be shown.
func (r Record) WithoutSecrets() Record {
	r.Credentials = Credentials{ExpiresAt: r.Credentials.ExpiresAt, GrantedAt: r.Credentials.GrantedAt, Scopes: r.Credentials.Scopes}
	r.Unknown = nil
	return r
}
