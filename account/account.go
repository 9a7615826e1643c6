// Package account holds the values that all layers share: a stored account, the
// credential of a request, and what an answer said about an account. They are
// plain data, with methods that answer simple questions about it.
package account

import (
	"encoding/json"
	"time"
)

// Kind says how an account proves itself to its provider.
type Kind string

// The kinds of account.
const (
	// OAuth accounts hold an access token that expires and, usually, a
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

// WithoutSecrets returns a copy that can be shown.
func (r Record) WithoutSecrets() Record {
	r.Credentials = Credentials{ExpiresAt: r.Credentials.ExpiresAt, GrantedAt: r.Credentials.GrantedAt, Scopes: r.Credentials.Scopes}
	r.Unknown = nil
	return r
}
