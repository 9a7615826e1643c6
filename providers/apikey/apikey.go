// Package apikey is any provider whose accounts are API keys, described by its
// address and the header that it wants.
package apikey

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
	"github.com/seed-810f1486/multiaccount/providers/internal/hosts"
)

const (
	authorization  = "Authorization"
	refreshTimeout = 30 * time.Second
)

// Options describe the provider.
type Options struct {
	// Name is short, lower case, and can name a folder; required.
	Name string
	// BaseURL is where requests go. No other server gets the key.
	BaseURL string
	// Header is the header that holds the key alone ("x-api-key"). Empty means
	// Authorization, where "Bearer" stands before the key.
	Header string
}

// Provider is a provider with API keys. It is immutable and safe for
// concurrent use.
type Provider struct {
	options Options
	hosts   hosts.Set
}

var _ providers.Provider = (*Provider)(nil)

// New returns the provider.
func New(o Options) *Provider {
	o.Header = http.CanonicalHeaderKey(cmp.Or(o.Header, authorization))
	return &Provider{options: o, hosts: hosts.New(o.BaseURL)}
}

// Options returns the options in effect, the header in canonical form.
func (p *Provider) Options() Options { return p.options }

// Base implements [providers.Addressed]: [Options.BaseURL] for both kinds.
func (p *Provider) Base(account.Kind) string { return p.options.BaseURL }

// Name returns [Options.Name].
func (p *Provider) Name() string { return p.options.Name }

// Owns reports whether u is on the server of [Options.BaseURL].
func (p *Provider) Owns(u *url.URL) bool { return p.hosts.Owns(u) }

// Authorize sets the key in its header, and removes an Authorization that
// would stand beside it.
func (p *Provider) Authorize(req *http.Request, cred account.Credential) {
	if req.Header == nil {
		req.Header = http.Header{}
	}
	value := cred.Token.Reveal()
	if p.options.Header == authorization {
		value = "Bearer " + value
	}
	delete(req.Header, authorization)
	req.Header[p.options.Header] = []string{value}
}

// RefreshTimeout returns 30 seconds; nothing is ever refreshed.
func (p *Provider) RefreshTimeout() time.Duration { return refreshTimeout }

// Refresh returns a *[providers.RefreshError] with the code
// "no_refresh_token": a key does not expire. It is not terminal, since no
// server said that the key is dead.
func (p *Provider) Refresh(context.Context, account.Credentials) (account.Grant, error) {
	return account.Grant{}, &providers.RefreshError{Provider: p.options.Name, Code: exchange.CodeNoRefreshToken}
}

// Classify reads what an answer says about the account, as far as standards
// tell: the status, Retry-After, the wait that the error's body names, and the
// codes that many servers share.
func (p *Provider) Classify(a providers.Answer) account.Verdict {
	v, fault := answer.Classify(a, answer.CommonRules)
	if v.Class == account.ClassLimited {
		v.Limits = answer.Limits(a, fault, v.Code)
	}
	return v
}
