package conformance_test

import (
	"net/http"
	"net/url"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/providers/oauth2"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// subject is one kind of account of one provider.
type subject struct {
	name    string
	flavour providertest.Flavour
	kind    account.Kind
	// native is set for a provider that knows the fake one's answers, and not
	// only what every server means by a status.
	native bool
	// codex is set for ChatGPT's backend.
	codex bool
	make  func(providertest.Endpoints, *http.Client) providers.Provider
}

func subjects() []subject {
	return []subject{
		{name: "Anthropic login", flavour: providertest.Anthropic, kind: account.OAuth, native: true, make: newAnthropic},
		{name: "Anthropic key", flavour: providertest.Anthropic, kind: account.APIKey, native: true, make: newAnthropic},
		{name: "Codex login", flavour: providertest.OpenAI, kind: account.OAuth, native: true, codex: true, make: newOpenAI},
		{name: "OpenAI key", flavour: providertest.OpenAI, kind: account.APIKey, native: true, make: newOpenAI},
		{name: "OAuth 2 login", flavour: providertest.OpenAI, kind: account.OAuth, make: newOAuth2},
		{name: "any API key", flavour: providertest.Anthropic, kind: account.APIKey, make: newKeyed},
	}
}

// suites are the providers as [providertest.Conformance] sees them.
func suites() map[string]providertest.Conformance {
	both := []account.Kind{account.OAuth, account.APIKey}
	return map[string]providertest.Conformance{
		"Anthropic": {New: newAnthropic, Flavour: providertest.Anthropic, Kinds: both, OwnHosts: []string{"api.anthropic.com"}, Native: true},
		"OpenAI":    {New: newOpenAI, Flavour: providertest.OpenAI, Kinds: both, OwnHosts: []string{"chatgpt.com", "api.openai.com"}, Native: true},
		"OAuth 2":   {New: newOAuth2, Flavour: providertest.Anthropic, Kinds: both},
		"API key":   {New: newKeyed, Flavour: providertest.Anthropic, Kinds: both[1:]},
	}
}

func newAnthropic(at providertest.Endpoints, client *http.Client) providers.Provider {
	return anthropic.New(anthropic.Options{
		BaseURL: at.BaseURL, TokenURL: at.TokenURL, AuthorizeURL: at.AuthorizeURL,
		UsageURL: at.UsageURL, ProfileURL: at.ProfileURL, HTTPClient: client,
	})
}

func newOpenAI(at providertest.Endpoints, client *http.Client) providers.Provider {
	return openai.New(openai.Options{
		BaseURL: at.BaseURL, TokenURL: at.TokenURL, AuthorizeURL: at.AuthorizeURL,
		DeviceURL: at.DeviceURL, UsageURL: at.UsageURL, ProfileURL: at.ProfileURL, HTTPClient: client,
	})
}

// newRouted is OpenAI with a place for each kind of account on the fake server.
func newRouted(at providertest.Endpoints, client *http.Client) providers.Provider {
	return openai.New(openai.Options{
		Route:    &openai.Route{LoginURL: at.BaseURL, KeyURL: keyURL(at.BaseURL)},
		TokenURL: at.TokenURL, HTTPClient: client,
	})
}

// keyURL returns where the fake server takes API keys.
func keyURL(loginURL string) string {
	u, err := url.Parse(loginURL)
	if err != nil {
		panic(err) // the fake server's own
	}
	return u.ResolveReference(&url.URL{Path: "/v1"}).String()
}

func newOAuth2(at providertest.Endpoints, client *http.Client) providers.Provider {
	return oauth2.New(oauth2.Options{
		Name: "acme", ClientID: "client-1", BaseURL: at.BaseURL, TokenURL: at.TokenURL, AuthorizeURL: at.AuthorizeURL,
		DeviceURL: at.DeviceURL, UsageURL: at.UsageURL, ProfileURL: at.ProfileURL, HTTPClient: client,
	})
}

func newKeyed(at providertest.Endpoints, _ *http.Client) providers.Provider {
	return apikey.New(apikey.Options{Name: "acme", BaseURL: at.BaseURL, Header: "x-api-key"})
}

// login is the account of h as the pool gets it.
func (s subject) login(h *providertest.AccountHandle) multiaccount.NewAccount {
	if s.kind == account.APIKey {
		return rig.Key(h)
	}
	return rig.OAuth(h)
}

// url is where a generation request goes.
func (s subject) url(srv *providertest.Server) string {
	switch {
	case s.codex:
		return srv.Endpoints(s.flavour).BaseURL + "/responses"
	case s.flavour == providertest.OpenAI:
		return srv.URL + "/v1/responses"
	}
	return srv.URL + "/v1/messages"
}
