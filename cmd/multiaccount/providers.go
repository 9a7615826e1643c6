package main

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

// providersOf returns Anthropic, OpenAI and those that the settings describe.
// An override without a base_url is for a provider that some host brings.
func providersOf(s settings.Settings) []providers.Provider {
	all := []providers.Provider{newAnthropic(s.Providers["anthropic"]), newOpenAI(s.Providers["openai"])}
	for _, name := range slices.Sorted(maps.Keys(s.Providers)) {
		if o := s.Providers[name]; name != "anthropic" && name != "openai" && o.BaseURL != "" {
			all = append(all, newProvider(name, o))
		}
	}
	return all
}

func newAnthropic(o settings.Override) providers.Provider {
	return anthropic.New(anthropic.Options{
		BaseURL: o.BaseURL, TokenURL: o.TokenURL, AuthorizeURL: o.AuthorizeURL,
		UsageURL: o.UsageURL, ProfileURL: o.ProfileURL, ClientID: o.ClientID,
	})
}

func newOpenAI(o settings.Override) providers.Provider {
	return openai.New(openai.Options{
		BaseURL: o.BaseURL, TokenURL: o.TokenURL, AuthorizeURL: o.AuthorizeURL, DeviceURL: o.DeviceURL,
		UsageURL: o.UsageURL, ProfileURL: o.ProfileURL, ClientID: o.ClientID,
	})
}

// newProvider knows logins when there is a token endpoint, else API keys only.
func newProvider(name string, o settings.Override) providers.Provider {
	if o.TokenURL == "" {
		return apikey.New(apikey.Options{Name: name, BaseURL: o.BaseURL})
	}
	return oauth2.New(oauth2.Options{
		Name: name, BaseURL: o.BaseURL, TokenURL: o.TokenURL, AuthorizeURL: o.AuthorizeURL,
		DeviceURL: o.DeviceURL, RedirectURL: o.RedirectURL, Scopes: strings.Fields(o.Scopes),
		UsageURL: o.UsageURL, ProfileURL: o.ProfileURL, ClientID: o.ClientID,
	})
}
