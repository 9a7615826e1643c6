// Package oauth2 is any provider with an OAuth 2 authorization server (RFC
// 6749), described by its addresses alone.
package oauth2

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	xoauth2 "golang.org/x/oauth2"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
	"github.com/seed-810f1486/multiaccount/providers/internal/hosts"
	"github.com/seed-810f1486/multiaccount/providers/internal/jwt"
)

const refreshTimeout = 30 * time.Second

// Options describe the provider.
type Options struct {
	// Name is short, lower case, and can name a folder; required.
	Name string
	// BaseURL is where requests go. No other server gets credentials.
	BaseURL string
	// TokenURL is where refresh tokens are exchanged.
	TokenURL string
	// AuthorizeURL is where an owner logs in. The engine sends nothing there.
	AuthorizeURL string
	// RedirectURL is the redirect address of the client on this machine, such as
	// "http://127.0.0.1:8085/callback". Empty means "http://127.0.0.1/callback".
	// Without a port any free one is used, which servers must allow (RFC 8252
	// section 7.3).
	RedirectURL string
	// DeviceURL is the device authorization endpoint (RFC 8628 section 3.1);
	// empty means that there is none.
	DeviceURL string
	// UsageURL is not used: there is no standard for its answer.
	UsageURL string
	// ProfileURL is the UserInfo endpoint (OpenID Connect Core section 5.3);
	// empty means that there is none.
	ProfileURL string
	// ClientID is the OAuth client that logins are made for.
	ClientID string
	// ClientSecret is empty for public clients.
	ClientSecret account.Secret
	// AuthStyle says how the client identifies itself to the token endpoint: in
	// the header with [xoauth2.AuthStyleInHeader], in the form with any other
	// value.
	AuthStyle xoauth2.AuthStyle
	// TerminalCodes are the server's own error codes for a refresh token that will
	// never work again, besides the standard ones. Any other code counts as one
	// when it repeats for ten minutes.
	TerminalCodes []string
	// Scopes are requested at login. A refresh requests none, which keeps those
	// that were granted (RFC 6749 section 6).
	Scopes []string
	// HTTPClient makes the calls to TokenURL, DeviceURL and ProfileURL; nil means
	// a client like [http.DefaultClient]. The provider uses a copy that follows no
	// redirect.
	HTTPClient *http.Client
}

// Provider is an OAuth 2 provider. It is immutable and safe for concurrent use.
type Provider struct {
	options Options
	hosts   hosts.Set
	client  *http.Client
	tokens  exchange.Endpoint
}

// The interfaces that the provider serves.
var (
	_ providers.Provider      = (*Provider)(nil)
	_ providers.ProfileSource = (*Provider)(nil)
	_ providers.LoginSource   = (*Provider)(nil)
	_ providers.DeviceSource  = (*Provider)(nil)
)

// New returns the provider. A URL that cannot be parsed is an error at its
// first use.
func New(o Options) *Provider {
	client := exchange.Client(o.HTTPClient)
	return &Provider{
		options: o,
		hosts:   hosts.New(o.BaseURL),
		client:  client,
		tokens: exchange.Endpoint{
			Provider: o.Name, URL: o.TokenURL, Client: client,
			ClientID: o.ClientID, ClientSecret: o.ClientSecret, Basic: o.AuthStyle == xoauth2.AuthStyleInHeader,
			Terminal: slices.Clone(o.TerminalCodes),
		},
	}
}

// Options returns the options that the provider was made with.
func (p *Provider) Options() Options { return p.options }

// Base implements [providers.Addressed]: [Options.BaseURL] for both kinds.
func (p *Provider) Base(account.Kind) string { return p.options.BaseURL }

// Name returns [Options.Name].
func (p *Provider) Name() string { return p.options.Name }

// Owns reports whether u is on the server of [Options.BaseURL].
func (p *Provider) Owns(u *url.URL) bool { return p.hosts.Owns(u) }

// Authorize sets the access token, or the API key, as a bearer token (RFC 6750
// section 2.1).
func (p *Provider) Authorize(req *http.Request, cred account.Credential) {
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header["Authorization"] = []string{cred.Token.Bearer()}
}

// RefreshTimeout returns 30 seconds.
func (p *Provider) RefreshTimeout() time.Duration { return refreshTimeout }

// Refresh spends the refresh token. An id token in the answer names the
// account.
func (p *Provider) Refresh(ctx context.Context, creds account.Credentials) (account.Grant, error) {
	return identified(p.tokens.Refresh(ctx, creds))
}

// identify fills in whose tokens they are, as the id token says.
func identify(grant *account.Grant, body []byte) {
	var told struct {
		IDToken string `json:"id_token"`
	}
	_ = json.Unmarshal(body, &told) // it parsed before; what does not fit stays empty
	var c claims
	jwt.Claims(told.IDToken, &c)
	grant.Subject, grant.Email = c.Subject, c.Email
}

// claims are the standard ones of OpenID Connect Core section 5.1.
type claims struct {
	Subject string `json:"sub"`
	Email   string `json:"email"`
}

// Profile asks the UserInfo endpoint for subject and e-mail. Without one, and
// for an API key, the error is [errors.ErrUnsupported]; a refusal is a
// *[providers.StatusError].
func (p *Provider) Profile(ctx context.Context, cred account.Credential) (account.Grant, error) {
	if p.options.ProfileURL == "" || cred.Kind == account.APIKey {
		return account.Grant{}, fmt.Errorf("%s: profile: %w", p.options.Name, errors.ErrUnsupported)
	}
	source := exchange.Source{
		Provider: p.options.Name, URL: p.options.ProfileURL, Client: p.client,
		Authorize: func(req *http.Request) { p.Authorize(req, cred) },
	}
	var c claims
	if err := source.Get(ctx, &c); err != nil {
		return account.Grant{}, err
	}
	return account.Grant{Subject: c.Subject, Email: c.Email}, nil
}
