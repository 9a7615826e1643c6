package openai_test

import (
	"net/http"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestConformance(t *testing.T) {
	providertest.RunConformance(t, providertest.Conformance{
		Flavour:  providertest.OpenAI,
		Kinds:    []account.Kind{account.OAuth, account.APIKey},
		OwnHosts: []string{"chatgpt.com", "api.openai.com"},
		Native:   true,
		New: func(at providertest.Endpoints, client *http.Client) providers.Provider {
			return openai.New(openai.Options{
				BaseURL: at.BaseURL, TokenURL: at.TokenURL, AuthorizeURL: at.AuthorizeURL, DeviceURL: at.DeviceURL,
				UsageURL: at.UsageURL, ProfileURL: at.ProfileURL, HTTPClient: client,
			})
		},
	})
}
