// Package anthropic is the provider Anthropic, with OAuth logins of Claude
// subscriptions and with API keys.
package anthropic

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
	"github.com/seed-810f1486/multiaccount/providers/internal/hosts"
)

// Anthropic's own values, which an empty field of [Options] stands for.
const (
	DefaultBaseURL      = "https://api.anthropic.com"
	DefaultTokenURL     = "https://platform.claude.com/v1/oauth/token" //nolint:gosec // an address, no credential
	DefaultAuthorizeURL = "https://claude.ai/oauth/authorize"
	DefaultUsageURL     = "https://api.anthropic.com/api/oauth/usage"
	DefaultProfileURL   = "https://api.anthropic.com/api/oauth/profile"
	DefaultClientID     = "9d1c250a-e61b-44d9-88ed-5944d1962f5e"
)

const (
	name           = "anthropic"
	apiHost        = "api.anthropic.com"
	refreshTimeout = 15 * time.Second
	// oauthBeta is what the API wants to hear with an OAuth token.
	oauthBeta = "oauth-2025-04-20"
)

// Options configure the provider. An empty field means Anthropic's own value,
// and a nil HTTPClient a client like [http.DefaultClient].
type Options struct {
	// BaseURL is where requests go. Its server may get credentials.
	BaseURL string
	// TokenURL is where refresh tokens are exchanged.
	TokenURL string
	// AuthorizeURL is where an owner logs in. The engine sends nothing there.
	AuthorizeURL string
	// UsageURL and ProfileURL get the account's credentials. If BaseURL is another
	// server and they are empty, they are not used, because the credentials are
	// that server's.
	UsageURL   string
	ProfileURL string
	// ClientID is the OAuth client that logins are made for.
	ClientID string
	// HTTPClient makes the calls to the URLs above except BaseURL. The provider
	// uses a copy that follows no redirect.
	HTTPClient *http.Client
}

// Provider is Anthropic. It is immutable and safe for concurrent use.
type Provider struct {
	options Options
	hosts   hosts.Set
	client  *http.Client
	tokens  exchange.Endpoint
}

// The interfaces that Anthropic serves.
var (
	_ providers.Provider      = (*Provider)(nil)
	_ providers.UsageSource   = (*Provider)(nil)
	_ providers.ProfileSource = (*Provider)(nil)
	_ providers.LoginSource   = (*Provider)(nil)
	_ providers.StreamReader  = (*Provider)(nil)
)

// New returns the provider. A URL that cannot be parsed is an error at its
// first use.
func New(o Options) *Provider {
	o = o.filled()
	client := exchange.Client(o.HTTPClient)
	return &Provider{
		options: o,
		hosts:   hosts.New(o.BaseURL, apiHost),
		client:  client,
		tokens:  exchange.Endpoint{Provider: name, URL: o.TokenURL, ClientID: o.ClientID, Client: client},
	}
}

func (o Options) filled() Options {
	o.BaseURL = cmp.Or(o.BaseURL, DefaultBaseURL)
	o.TokenURL = cmp.Or(o.TokenURL, DefaultTokenURL)
	o.AuthorizeURL = cmp.Or(o.AuthorizeURL, DefaultAuthorizeURL)
	if o.BaseURL == DefaultBaseURL {
		o.UsageURL = cmp.Or(o.UsageURL, DefaultUsageURL)
		o.ProfileURL = cmp.Or(o.ProfileURL, DefaultProfileURL)
	}
	o.ClientID = cmp.Or(o.ClientID, DefaultClientID)
	return o
}

// Options returns the options in effect, Anthropic's own values filled in.
func (p *Provider) Options() Options { return p.options }

// Base implements [providers.Addressed]: [Options.BaseURL] for both kinds.
func (p *Provider) Base(account.Kind) string { return p.options.BaseURL }

// Name returns "anthropic".
func (p *Provider) Name() string { return name }

// Owns reports whether u is on api.anthropic.com over https, or on the server
// of [Options.BaseURL].
func (p *Provider) Owns(u *url.URL) bool { return p.hosts.Owns(u) }

// Authorize sets the bearer token and adds its beta flag to the caller's, or
// sets the API key; the header of the other kind is removed.
func (p *Provider) Authorize(req *http.Request, cred account.Credential) {
	if req.Header == nil {
		req.Header = http.Header{}
	}
	h := req.Header
	if cred.Kind == account.APIKey {
		delete(h, "Authorization")
		h["X-Api-Key"] = []string{cred.Token.Reveal()}
		return
	}
	delete(h, "X-Api-Key")
	values := []string{cred.Token.Bearer(), oauthBeta} // one piece of memory for both
	h["Authorization"] = values[:1:1]
	addBeta(h, values[1:])
}

// addBeta adds the flag, which is all that alone has, to those that are set, in one
// line: some readers look at the first line only.
func addBeta(h http.Header, alone []string) {
	flags := strings.Join(h["Anthropic-Beta"], ",")
	if flags == "" {
		h["Anthropic-Beta"] = alone
		return
	}
	for flag := range strings.SplitSeq(flags, ",") {
		if strings.TrimSpace(flag) == oauthBeta {
			return
		}
	}
	h["Anthropic-Beta"] = []string{flags + "," + oauthBeta}
}

// RefreshTimeout returns 15 seconds.
func (p *Provider) RefreshTimeout() time.Duration { return refreshTimeout }

// Refresh spends the refresh token. The answer names the account and its
// organization besides the tokens.
func (p *Provider) Refresh(ctx context.Context, creds account.Credentials) (account.Grant, error) {
	grant, body, err := p.tokens.Refresh(ctx, creds)
	if err != nil {
		return account.Grant{}, err
	}
	identify(&grant, body)
	return grant, nil
}

// identify fills in whose tokens they are, as the token endpoint's answer says.
func identify(grant *account.Grant, body []byte) {
	var told struct {
		Account struct {
			UUID  string `json:"uuid"`
			Email string `json:"email_address"`
		} `json:"account"`
		Organization struct {
			UUID string `json:"uuid"`
		} `json:"organization"`
	}
	_ = json.Unmarshal(body, &told) // it parsed before; what does not fit stays empty
	grant.Subject = told.Account.UUID
	grant.Email = told.Account.Email
	grant.Organization = told.Organization.UUID
}
