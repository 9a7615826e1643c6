package apikey_test

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	for _, header := range []string{"", "x-api-key"} {
		t.Run("header="+header, func(t *testing.T) {
			providertest.RunConformance(t, providertest.Conformance{
				Flavour: providertest.Anthropic,
				Kinds:   []account.Kind{account.APIKey},
				New: func(at providertest.Endpoints, _ *http.Client) providers.Provider {
					return apikey.New(apikey.Options{Name: "acme", BaseURL: at.BaseURL, Header: header})
				},
			})
		})
	}
}
