// Package account holds the values that all layers share: a stored account, the
// credential of a request, and what an answer said about an account. They are
// plain data with small questions about them.
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

// Noun returns the word for an account of the kind: "login" or "API key".
func (k Kind) Noun() string {
	if k == APIKey {
		return "API key"
	}
	return "login"
}

// Credentials are what the provider gave to an account.
type Credentials struct {
	AccessToken  Secret
	RefreshToken Secret
	APIKey       Secret
	// ExpiresAt is when AccessToken ends; zero means not known, and then
	// the token counts as valid until it is refused.
	ExpiresAt time.Time
	// GrantedAt is when AccessToken was requested; zero means not known.
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

// Lineage says which program owns a login, and so may spend its refresh tokens.
type Lineage string

// The lineages.
const (
	// Owned logins were made for this store and are refreshed here.
	Owned Lineage = "owned"
	// Linked logins belong to another program and are never refreshed here.
	Linked Lineage = "linked"
)

// Record is one account as the store keeps it. It is a plain value. Copies
// share its slices, Origin, faults and Unknown: replace them, do not write to
// them.
type Record struct {
	// ID is a UUIDv7 that the pool gives. It never changes.
	ID       string
	Provider string
	// Subject is the provider's id of the user or workspace, Organization the id
	// of what is billed. Together with the provider they identify the account.
	Subject      string
	Organization string
	Email        string
	Label        string
	Plan         string
	Kind         Kind
	Lineage      Lineage
	// Origin is where the login of another program was found; nil for a login that
	// was made here. It is replaced, never written to.
	Origin *Origin

	Credentials Credentials
	// Generation grows by one with every change of Credentials.
	Generation uint64
	// Revision grows by one with every write. The store sets it, under the
	// account's lock: of two copies the higher one was stored later.
	Revision uint64

	AddedAt    time.Time
	LastUsedAt time.Time

	// Enabled is false while the user has switched the account off.
	Enabled     bool
	Weight      int
	Priority    int
	MaxInFlight int
	// SoftQuotaPercent is the utilization from which on the account is spared; 0
	// means as the settings say.
	SoftQuotaPercent int

	// AuthFailures counts failures in a row. A success of the API sets it to 0.
	AuthFailures int
	// RefusedToken is the token that the API refused last, if no success followed.
	RefusedToken RefusedToken
	// Refusals are the refusals of the token endpoint since it last granted a
	// token.
	Refusals Refusals
	// Fault is why the login does not work; nil while it works.
	Fault *Fault
	// Lost is the fault of a lost login that its owner has cleared. A later
	// refusal follows from that loss. Nil for none.
	Lost *Fault

	// Limits and Freed are merged by package policy alone.
	Limits []Limit
	Freed  []Freed
	Usage  []UsageWindow
	// Poll says when the provider was asked about the account.
	Poll Poll

	// Unknown are fields of the stored file that this version does not know. They
	// are written back.
	Unknown map[string]json.RawMessage
}

// FaultKind says what is wrong with a login.
type FaultKind string

// The faults.
const (
	// FaultReauth: the provider refuses the login for good; the owner must log in again.
	FaultReauth FaultKind = "reauth"
	// FaultLost: a refresh token was spent and the new one was never saved.
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

// Eligible reports whether the account may serve at all: its user has not
// switched it off, and it is not disabled because of its login.
func (r *Record) Eligible() bool {
	return r.Enabled && (r.Fault == nil || !r.Fault.Disabled)
}

// OlderThan reports whether r was stored before other. A record with an earlier
// login is the older one, whatever its revision is: revisions start anew when
// an old copy of the file is put back.
func (r *Record) OlderThan(other *Record) bool {
	if r.Generation != other.Generation {
		return r.Generation < other.Generation
	}
	return r.Revision < other.Revision
}

// Heal gives r the login of known if that is newer, and a revision after that
// of known. The rest of r stays.
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

// Renewable reports whether the account can get a newer access token: by
// spending its own refresh token, or by reading the origin of a linked login
// again.
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

// Expired reports whether a request at now needs a refresh first: there is no
// access token, or it ends within 60 seconds or a quarter of its life,
// whichever is less. API keys never expire.
func (r *Record) Expired(now time.Time) bool {
	margin := expiryMargin
	if life := r.Credentials.life(); life > 0 {
		margin = min(margin, life/4)
	}
	return r.endsBy(now.Add(margin))
}

// Due reports whether a token should be refreshed before it ends, by a caller
// that looks that far ahead. If the length of the token's life is known, it is
// not due in the first half: a token that lives shorter than ahead would be
// refreshed each time.
func (r *Record) Due(now time.Time, ahead time.Duration) bool {
	if life := r.Credentials.life(); life > 0 {
		ahead = min(ahead, life/2)
	}
	return r.Expired(now.Add(ahead))
}

// Ended reports whether the account has no access token that is valid at now.
// API keys never end.
func (r *Record) Ended(now time.Time) bool { return r.endsBy(now) }

func (r *Record) endsBy(t time.Time) bool {
	if r.Kind == APIKey {
		return false
	}
	c := &r.Credentials
	return c.AccessToken.IsZero() || (!c.ExpiresAt.IsZero() && !t.Before(c.ExpiresAt))
}

// Credential returns what requests are sent with now.
func (r *Record) Credential() Credential {
	token := r.Credentials.AccessToken
	if r.Kind == APIKey {
		token = r.Credentials.APIKey
	}
	return Credential{Kind: r.Kind, Token: token, Subject: r.Subject, Organization: r.Organization}
}

// Credential is what a request is authorized with.
type Credential struct {
	Kind         Kind
	Token        Secret
	Subject      string
	Organization string
}

// Grant is the answer of a token endpoint: new credentials, and what they say
// about the account. An empty field means "not said": the account keeps the old
// value, also that of the refresh token (RFC 6749 section 6).
type Grant struct {
	AccessToken  Secret
	RefreshToken Secret
	ExpiresAt    time.Time
	// GrantedAt is when the tokens were requested; zero means not known.
	GrantedAt    time.Time
	Scopes       []string
	Subject      string
	Organization string
	Email        string
	Plan         string
}

// Apply writes the credentials and facts of a grant into the record, and starts
// a new generation. It clears what the token endpoint had against the login.
// What the API has against the login is cleared only by a success of the API;
// but the new token may be tried, even if the account was disabled. A known
// organization stays: its owner may have chosen another one than the new tokens
// name.
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

// Replace gives the record another login, which was just made, with its
// credentials and what came with them. It switches the account on and clears
// all that was held against the old login.
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

// WithoutSecrets returns a copy that can be shown.
func (r Record) WithoutSecrets() Record {
	r.Credentials = Credentials{ExpiresAt: r.Credentials.ExpiresAt, GrantedAt: r.Credentials.GrantedAt, Scopes: r.Credentials.Scopes}
	r.Unknown = nil
	return r
}
