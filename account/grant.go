package account

import (
	"cmp"
	"time"
)

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
	r.Organization = cmp.Or(r.Organization, g.Organization)
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
