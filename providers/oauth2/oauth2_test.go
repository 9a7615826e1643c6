package oauth2_test

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
	xoauth2 "golang.org/x/oauth2"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/oauth2"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server that answers every request with a body, and a
// provider that asks it.
func serve(t *testing.T, body string, style xoauth2.AuthStyle, seen *http.Request) *oauth2.Provider {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if seen != nil {
			*seen = *r
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	return oauth2.New(oauth2.Options{
		Name: "acme", BaseURL: srv.URL, TokenURL: srv.URL + "/token", ProfileURL: srv.URL + "/userinfo",
		ClientID: "client-1", ClientSecret: account.NewSecret("shh"), AuthStyle: style,
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
}

func TestRefreshNamesTheClientAsAsked(t *testing.T) {
	for style, inHeader := range map[xoauth2.AuthStyle]bool{
		xoauth2.AuthStyleAutoDetect: false, xoauth2.AuthStyleInParams: false, xoauth2.AuthStyleInHeader: true,
	} {
		var seen http.Request
		p := serve(t, `{"access_token":"at"}`, style, &seen)
		if _, err := p.Refresh(t.Context(), account.Credentials{RefreshToken: account.NewSecret("rt")}); err != nil {
			t.Fatal(err)
		}
		user, password, _ := seen.BasicAuth()
		if (user == "client-1" && password == "shh") != inHeader || (seen.PostForm.Get("client_secret") == "shh") == inHeader {
			t.Errorf("style %v: user %q, form %v", style, user, seen.PostForm)
		}
	}
}

// The server's own codes are terminal when the options say so.
func TestRefreshKnowsTerminalCodes(t *testing.T) {
	p := serve(t, `{"error":"bad_refresh_token"}`, xoauth2.AuthStyleAutoDetect, nil)
	for _, known := range []bool{false, true} {
		o := p.Options()
		if known {
			o.TerminalCodes = []string{"bad_refresh_token"}
		}
		_, err := oauth2.New(o).Refresh(t.Context(), account.Credentials{RefreshToken: account.NewSecret("rt")})
		var refused *providers.RefreshError
		if !errors.As(err, &refused) || refused.Terminal != known || refused.Code != "bad_refresh_token" || !refused.Lasts() {
			t.Errorf("known %v: error %+v", known, refused)
		}
	}
}

func TestRefreshReadsTheIDToken(t *testing.T) {
	id := "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"user-1","email":"a@example.com"}`)) + ".sig"
	p := serve(t, `{"access_token":"at","scope":"read write","id_token":"`+id+`"}`, xoauth2.AuthStyleAutoDetect, nil)
	grant, err := p.Refresh(t.Context(), account.Credentials{RefreshToken: account.NewSecret("rt")})
	if err != nil {
		t.Fatal(err)
	}
	if grant.Subject != "user-1" || grant.Email != "a@example.com" || !slices.Equal(grant.Scopes, []string{"read", "write"}) {
		t.Errorf("grant %+v", grant)
	}
}

func TestProfileAsksUserInfo(t *testing.T) {
	var seen http.Request
	p := serve(t, `{"sub":"user-1","email":"a@example.com"}`, xoauth2.AuthStyleAutoDetect, &seen)
	cred := account.Credential{Kind: account.OAuth, Token: account.NewSecret("at")}
	got, err := p.Profile(t.Context(), cred)
	if err != nil || got.Subject != "user-1" || got.Email != "a@example.com" {
		t.Errorf("profile %+v, %v", got, err)
	}
	if seen.URL.Path != "/userinfo" || seen.Header.Get("Authorization") != "Bearer at" {
		t.Errorf("asked %s with %v", seen.URL, seen.Header)
	}
	if _, err := oauth2.New(oauth2.Options{Name: "acme"}).Profile(t.Context(), cred); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("without the endpoint: %v", err)
	}
	cred.Kind = account.APIKey
	if _, err := p.Profile(t.Context(), cred); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("of a key: %v", err)
	}
}

func TestClassify(t *testing.T) {
	now := time.Date(2026, 3, 25, 21, 0, 0, 0, time.UTC)
	p := oauth2.New(oauth2.Options{Name: "acme"})
	scope := http.Header{"Www-Authenticate": {`Bearer realm="api", error="insufficient_scope"`}}
	if got := p.Classify(providers.Answer{Status: http.StatusForbidden, Header: scope, Now: now}); got.Class != account.ClassEntitlement {
		t.Errorf("insufficient scope: %v", got.Class)
	}
	wait := http.Header{"Retry-After": {"90"}}
	got := p.Classify(providers.Answer{Status: http.StatusTooManyRequests, Header: wait, Now: now})
	if got.Class != account.ClassLimited || len(got.Limits) != 1 || !got.Limits[0].Until.Equal(now.Add(90*time.Second)) {
		t.Errorf("429: %+v", got)
	}
	word := []byte(`{"error":{"code":"token_revoked","message":"OAuth token has been revoked"}}`)
	if got := p.Classify(providers.Answer{Status: http.StatusForbidden, Body: word, Now: now}); got.Class != account.ClassForbidden {
		t.Errorf("another provider's terminal word: %v", got.Class)
	}
}

func TestOptions(t *testing.T) {
	o := oauth2.Options{Name: "acme", Scopes: []string{"read"}, AuthorizeURL: "https://acme.example/authorize"}
	got := oauth2.New(o).Options()
	if got.Name != o.Name || got.AuthorizeURL != o.AuthorizeURL || !slices.Equal(got.Scopes, o.Scopes) {
		t.Errorf("options %+v", got)
	}
}
