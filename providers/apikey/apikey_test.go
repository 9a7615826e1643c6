package apikey_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
)

func TestAuthorizeSetsTheHeaderAsked(t *testing.T) {
	cred := account.Credential{Kind: account.APIKey, Token: account.NewSecret("key")}
	for header, want := range map[string]http.Header{
		"":               {"Authorization": {"Bearer key"}, "Accept": {"x"}},
		"authorization":  {"Authorization": {"Bearer key"}, "Accept": {"x"}},
		"x-api-key":      {"X-Api-Key": {"key"}, "Accept": {"x"}},
		"X-Goog-Api-Key": {"X-Goog-Api-Key": {"key"}, "Accept": {"x"}},
	} {
		p := apikey.New(apikey.Options{Name: "acme", Header: header})
		req := &http.Request{Header: http.Header{"Authorization": {"Bearer placeholder"}, "Accept": {"x"}}}
		p.Authorize(req, cred)
		if len(req.Header) != len(want) {
			t.Errorf("header %q: %v, want %v", header, req.Header, want)
		}
		for key := range want {
			if req.Header.Get(key) != want.Get(key) {
				t.Errorf("header %q: %v, want %v", header, req.Header, want)
			}
		}
	}
}

func TestRefreshIsRefusedButNotForGood(t *testing.T) {
	_, err := apikey.New(apikey.Options{Name: "acme"}).Refresh(t.Context(), account.Credentials{APIKey: account.NewSecret("key")})
	var refused *providers.RefreshError
	if !errors.As(err, &refused) || refused.Terminal || refused.Code != "no_refresh_token" || refused.Provider != "acme" {
		t.Errorf("error %+v", err)
	}
}

func TestClassifyReadsTheWait(t *testing.T) {
	now := time.Date(2026, 3, 25, 21, 0, 0, 0, time.UTC)
	a := providers.Answer{
		Status: http.StatusTooManyRequests, Kind: account.APIKey, Now: now,
		Body: []byte(`{"error":{"code":"rate_limit_exceeded","message":"Please try again in 1.5s."}}`),
	}
	got := apikey.New(apikey.Options{Name: "acme"}).Classify(a)
	if got.Class != account.ClassLimited || got.Code != "rate_limit_exceeded" || len(got.Limits) != 1 {
		t.Fatalf("verdict %+v", got)
	}
	if limit := got.Limits[0]; !limit.Until.Equal(now.Add(1500*time.Millisecond)) || limit.Source != account.FromBody {
		t.Errorf("limit %+v", limit)
	}
}

func TestOptionsInEffect(t *testing.T) {
	o := apikey.New(apikey.Options{Name: "acme", BaseURL: "https://acme.example", Header: "x-api-key"}).Options()
	if o != (apikey.Options{Name: "acme", BaseURL: "https://acme.example", Header: "X-Api-Key"}) {
		t.Errorf("options %+v", o)
	}
	if got := apikey.New(apikey.Options{}).Options().Header; got != "Authorization" {
		t.Errorf("header %q", got)
	}
}
