package openai

import (
	"context"
	"net/url"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

// callbackPort is the only one that OpenAI redirects to.
const callbackPort = 1455

func scopes() []string { return []string{"openid", "profile", "email", "offline_access"} }

// Callback returns the one address that OpenAI redirects to.
func (p *Provider) Callback() providers.Callback {
	return providers.Callback{Host: "localhost", Port: callbackPort, Path: "/auth/callback"}
}

// AuthorizeURL returns the address of OpenAI's login page.
func (p *Provider) AuthorizeURL(r providers.AuthorizationRequest) (string, error) {
	return exchange.AuthorizeURL(p.options.AuthorizeURL, p.options.ClientID, scopes(), r, url.Values{
		// The claims name the workspace, which requests must name as well.
		"id_token_add_organizations": {"true"},
		// The login ends at the callback, without a page that sets up an API.
		"codex_cli_simplified_flow": {"true"},
	})
}

// ExchangeCode spends an authorization code. The claims of the tokens in the
// answer name the account, its workspace, e-mail and plan.
func (p *Provider) ExchangeCode(ctx context.Context, c providers.AuthorizationCode) (account.Grant, error) {
	grant, body, err := p.tokens.Login(ctx, exchange.CodeForm(c))
	if err != nil {
		return account.Grant{}, err
	}
	identify(&grant, idToken(body), grant.AccessToken.Reveal())
	return grant, nil
}
