// Package openai is the provider OpenAI, with OAuth logins of ChatGPT plans,
// which Codex uses, and with API keys.
package openai

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
	"github.com/seed-810f1486/multiaccount/providers/internal/hosts"
)

// OpenAI's own values, which an empty field of [Options] stands for.
const (
	DefaultBaseURL = "https://chatgpt.com/backend-api/codex"
	// APIBaseURL is where requests with API keys go.
	APIBaseURL          = "https://api.openai.com"
	DefaultTokenURL     = "https://auth.openai.com/oauth/token" //nolint:gosec // an address, no credential
	DefaultAuthorizeURL = "https://auth.openai.com/oauth/authorize"
	DefaultDeviceURL    = "https://auth.openai.com/api/accounts/deviceauth"
	DefaultUsageURL     = "https://chatgpt.com/backend-api/wham/usage"
	DefaultClientID     = "app_EMoamEEZ73f0CkXaXp7hrann"
)

const (
	name           = "openai"
	chatHost       = "chatgpt.com"
	apiHost        = "api.openai.com"
	refreshTimeout = 30 * time.Second
	accountHeader  = "Chatgpt-Account-Id"
)

// Options configure the provider. An empty field means OpenAI's own value, and
// a nil HTTPClient a client like [http.DefaultClient].
type Options struct {
	// BaseURL is where requests go. Its server may get the credentials of logins
	// and of API keys.
	BaseURL string
	// Route, when set, sends requests that both kinds of account can serve to the
	// host of the account that serves: requests for /responses and
	// /responses/compact below either of its two URLs. The body is sent as it is:
	// ChatGPT wants store false and stream true. Nil leaves requests where they
	// are, so that only accounts of that host's kind serve them.
	Route *Route
	// TokenURL is where refresh tokens are exchanged.
	TokenURL string
	// AuthorizeURL is where an owner logs in. The engine sends nothing there.
	AuthorizeURL string
	// DeviceURL is the address below which the two endpoints of the device login
	// are.
	DeviceURL string
	// UsageURL gets the account's credentials. If BaseURL or the logins of Route
	// are at another server and it is empty, it is not used, because the
	// credentials are that server's.
	UsageURL string
	// ProfileURL is not used: the tokens say whose they are.
	ProfileURL string
	// ClientID is the OAuth client that logins are made for.
	ClientID string
	// HTTPClient makes the calls to TokenURL, DeviceURL and UsageURL. The provider
	// uses a copy that follows no redirect.
	HTTPClient *http.Client
}

// Provider is OpenAI. It is immutable and safe for concurrent use.
type Provider struct {
	options Options
	hosts   hosts.Set
	sides   []side
	client  *http.Client
	tokens  exchange.Endpoint
}

// The interfaces that OpenAI serves.
var (
	_ providers.Provider      = (*Provider)(nil)
	_ providers.UsageSource   = (*Provider)(nil)
	_ providers.ProfileSource = (*Provider)(nil)
	_ providers.LoginSource   = (*Provider)(nil)
	_ providers.DeviceSource  = (*Provider)(nil)
	_ providers.StreamReader  = (*Provider)(nil)
)

// New returns the provider. A URL that cannot be parsed is an error at its
// first use.
func New(o Options) *Provider {
	o = o.filled()
	client := exchange.Client(o.HTTPClient)
	return &Provider{
		options: o,
		hosts:   hosts.New(o.BaseURL),
		sides:   sidesOf(o.Route),
		client:  client,
		tokens: exchange.Endpoint{
			Provider: name, URL: o.TokenURL, ClientID: o.ClientID, Client: client,
			Terminal: []string{"refresh_token_expired", "refresh_token_invalidated", "token_expired", "account_deactivated"},
		},
	}
}

func (o Options) filled() Options {
	o.BaseURL = cmp.Or(o.BaseURL, DefaultBaseURL)
	o.TokenURL = cmp.Or(o.TokenURL, DefaultTokenURL)
	o.AuthorizeURL = cmp.Or(o.AuthorizeURL, DefaultAuthorizeURL)
	o.DeviceURL = cmp.Or(o.DeviceURL, DefaultDeviceURL)
	if o.isOwn() {
		o.UsageURL = cmp.Or(o.UsageURL, DefaultUsageURL)
	}
	o.ClientID = cmp.Or(o.ClientID, DefaultClientID)
	return o
}

// isOwn reports whether the logins are OpenAI's own.
func (o Options) isOwn() bool {
	routed := o.Route != nil && o.Route.LoginURL != "" && o.Route.LoginURL != DefaultBaseURL
	return !routed && (o.BaseURL == DefaultBaseURL || o.BaseURL == APIBaseURL)
}

// Options returns the options in effect, OpenAI's own values filled in.
func (p *Provider) Options() Options { return p.options }

// Name returns "openai".
func (p *Provider) Name() string { return name }

// Owns reports whether u is on chatgpt.com or api.openai.com over https, or on
// the server of [Options.BaseURL] or of a URL of [Options.Route].
func (p *Provider) Owns(u *url.URL) bool { return p.hosts.Owns(u) || p.ownedBySides(u) }

// Authorize sets the bearer token or the API key. For a token it also names
// the workspace: the account's organization, or its subject without one.
func (p *Provider) Authorize(req *http.Request, cred account.Credential) {
	if req.Header == nil {
		req.Header = http.Header{}
	}
	h := req.Header
	values := []string{cred.Token.Bearer(), workspace(cred)} // one piece of memory for both
	h["Authorization"] = values[:1:1]
	delete(h, accountHeader)
	if values[1] != "" {
		h[accountHeader] = values[1:]
	}
}

func workspace(cred account.Credential) string {
	switch {
	case cred.Kind == account.APIKey:
		return ""
	case cred.Organization != "":
		return cred.Organization
	}
	return cred.Subject
}

// RefreshTimeout returns 30 seconds.
func (p *Provider) RefreshTimeout() time.Duration { return refreshTimeout }

// Refresh spends the refresh token. The claims of the tokens in the answer
// name the account, its workspace, e-mail and plan.
func (p *Provider) Refresh(ctx context.Context, creds account.Credentials) (account.Grant, error) {
	grant, body, err := p.tokens.Refresh(ctx, creds)
	if err != nil {
		return account.Grant{}, err
	}
	identify(&grant, idToken(body), grant.AccessToken.Reveal())
	return grant, nil
}
