package oauth2_test

import (
	"net/http"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/oauth2"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestConformance(t *testing.T) {
	for _, flavour := range []providertest.Flavour{providertest.Anthropic, providertest.OpenAI} {
		t.Run(string(flavour), func(t *testing.T) {
			providertest.RunConformance(t, providertest.Conformance{
				Flavour: flavour,
				Kinds:   []account.Kind{account.OAuth, account.APIKey},
				New: func(at providertest.Endpoints, client *http.Client) providers.Provider {
					return oauth2.New(oauth2.Options{
						Name: "acme", ClientID: "client-1", BaseURL: at.BaseURL, TokenURL: at.TokenURL,
						AuthorizeURL: at.AuthorizeURL, DeviceURL: at.DeviceURL, UsageURL: at.UsageURL, ProfileURL: at.ProfileURL, HTTPClient: client,
					})
				},
			})
		})
	}
}
