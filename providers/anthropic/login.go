package anthropic

import (
	"context"
	"net/url"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

// codePage is where Anthropic shows a code to be copied, as "code#state".
const codePage = "https://platform.claude.com/oauth/code/callback"

func scopes() []string { return []string{"org:create_api_key", "user:profile", "user:inference"} }

// Callback returns an address of this machine with any port, and the page that
// shows the code.
func (p *Provider) Callback() providers.Callback {
	return providers.Callback{Host: "localhost", Path: "/callback", Page: codePage}
}

// AuthorizeURL returns the address of Anthropic's login page.
func (p *Provider) AuthorizeURL(r providers.AuthorizationRequest) (string, error) {
	extra := url.Values{}
	if r.RedirectURI == codePage {
		extra.Set("code", "true") // shows the code
	}
	return exchange.AuthorizeURL(p.options.AuthorizeURL, p.options.ClientID, scopes(), r, extra)
}

// ExchangeCode spends an authorization code. The answer names the account and
// its organization besides the tokens.
func (p *Provider) ExchangeCode(ctx context.Context, c providers.AuthorizationCode) (account.Grant, error) {
	form := exchange.CodeForm(c)
	form.Set("state", c.State) // which Anthropic wants to see again
	grant, body, err := p.tokens.Login(ctx, form)
	if err != nil {
		return account.Grant{}, err
	}
	identify(&grant, body)
	return grant, nil
}
