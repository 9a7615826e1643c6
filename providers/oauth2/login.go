package oauth2

import (
	"context"
	"net/url"
	"strconv"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

const defaultRedirect = "http://127.0.0.1/callback"

// Callback returns what [Options.RedirectURL] says.
func (p *Provider) Callback() providers.Callback {
	at, err := url.Parse(p.options.RedirectURL)
	if err != nil || at.Hostname() == "" {
		at, _ = url.Parse(defaultRedirect) // a constant that parses
	}
	port, _ := strconv.Atoi(at.Port()) // none is 0, which means any
	return providers.Callback{Host: at.Hostname(), Port: port, Path: at.EscapedPath()}
}

// AuthorizeURL returns the address of the authorization endpoint for a login;
// without an endpoint the error is [errors.ErrUnsupported].
func (p *Provider) AuthorizeURL(r providers.AuthorizationRequest) (string, error) {
	if p.options.AuthorizeURL == "" {
		return "", exchange.Unsupported(p.options.Name, "login with a browser")
	}
	return exchange.AuthorizeURL(p.options.AuthorizeURL, p.options.ClientID, p.options.Scopes, r, nil)
}

// ExchangeCode spends an authorization code. An id token in the answer names
// the account.
func (p *Provider) ExchangeCode(ctx context.Context, c providers.AuthorizationCode) (account.Grant, error) {
	return identified(p.tokens.Login(ctx, exchange.CodeForm(c)))
}

// StartDevice asks for a code that the owner types in elsewhere; without an
// endpoint the error is [errors.ErrUnsupported].
func (p *Provider) StartDevice(ctx context.Context) (providers.DeviceLogin, error) {
	if p.options.DeviceURL == "" {
		return providers.DeviceLogin{}, exchange.Unsupported(p.options.Name, "login on another device")
	}
	device := p.tokens
	device.URL = p.options.DeviceURL
	return device.StartDevice(ctx, p.options.Scopes)
}

// PollDevice asks whether the owner has approved (RFC 8628 section 3.4).
func (p *Provider) PollDevice(ctx context.Context, d providers.DeviceLogin) (account.Grant, error) {
	return identified(p.tokens.PollDevice(ctx, d))
}

func identified(grant account.Grant, body []byte, err error) (account.Grant, error) {
	if err != nil {
		return account.Grant{}, err
	}
	identify(&grant, body)
	return grant, nil
}
