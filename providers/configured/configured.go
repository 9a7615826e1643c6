// Package configured makes the providers that the user's settings describe, for
// hosts that need no others.
package configured

import (
	"maps"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/providers/oauth2"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/settings"
)

// All returns Anthropic, OpenAI and the providers that the settings describe,
// in the order of their names. An entry of the settings without a base_url
// makes no provider: it changes one that the host brings itself.
func All(s settings.Settings) []providers.Provider {
	all := []providers.Provider{Anthropic(s), OpenAI(s)}
	for _, name := range slices.Sorted(maps.Keys(s.Providers)) {
		if o := s.Providers[name]; name != "anthropic" && name != "openai" && o.BaseURL != "" {
			all = append(all, other(name, o))
		}
	}
	return all
}

// Routed returns [All] for a host that passes on the requests of others: OpenAI's go
// to the host of the account that serves, of either kind, but where the settings
// name another server.
func Routed(s settings.Settings) []providers.Provider {
	all := All(s)
	for i, p := range all {
		if own, ok := p.(*openai.Provider); ok && s.Providers["openai"].BaseURL == "" {
			o := own.Options()
			o.Route = &openai.Route{}
			all[i] = openai.New(o)
		}
	}
	return all
}

// Anthropic returns Anthropic with the addresses that the settings give it.
func Anthropic(s settings.Settings) *anthropic.Provider {
	o := s.Providers["anthropic"]
	return anthropic.New(anthropic.Options{
		BaseURL: o.BaseURL, TokenURL: o.TokenURL, AuthorizeURL: o.AuthorizeURL,
		UsageURL: o.UsageURL, ProfileURL: o.ProfileURL, ClientID: o.ClientID,
	})
}

// OpenAI returns OpenAI with the addresses that the settings give it.
func OpenAI(s settings.Settings) *openai.Provider {
	o := s.Providers["openai"]
	return openai.New(openai.Options{
		BaseURL: o.BaseURL, TokenURL: o.TokenURL, AuthorizeURL: o.AuthorizeURL, DeviceURL: o.DeviceURL,
		UsageURL: o.UsageURL, ProfileURL: o.ProfileURL, ClientID: o.ClientID,
	})
}

// keyHeader is the header that a provider wants its keys in; empty for the usual one.
// Google's own API has another one than those that speak OpenAI's.
func keyHeader(name, baseURL string) string {
	if name == "gemini" && !strings.HasSuffix(strings.TrimSuffix(baseURL, "/"), "/openai") {
		return "X-Goog-Api-Key"
	}
	return ""
}

// other knows logins when there is a token endpoint, else API keys only.
func other(name string, o settings.Override) providers.Provider {
	if o.TokenURL == "" {
		return apikey.New(apikey.Options{Name: name, BaseURL: o.BaseURL, Header: keyHeader(name, o.BaseURL)})
	}
	return oauth2.New(oauth2.Options{
		Name: name, BaseURL: o.BaseURL, TokenURL: o.TokenURL, AuthorizeURL: o.AuthorizeURL,
		DeviceURL: o.DeviceURL, RedirectURL: o.RedirectURL, Scopes: strings.Fields(o.Scopes), TerminalCodes: strings.Fields(o.TerminalCodes),
		UsageURL: o.UsageURL, ProfileURL: o.ProfileURL, ClientID: o.ClientID,
	})
}
