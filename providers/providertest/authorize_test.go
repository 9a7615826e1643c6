package providertest_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

const (
	callback = "http://localhost:1455/auth/callback"
	verifier = "a-verifier-of-the-test"
)

// visit opens the authorization page with verifier's challenge and returns what it sends to the callback.
func visit(t *testing.T, srv *providertest.Server, f providertest.Flavour) url.Values {
	t.Helper()
	sum := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"response_type": {"code"}, "redirect_uri": {callback}, "state": {"state-1"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	got := do(t, client(t), get(t, srv.Endpoints(f).AuthorizeURL+"?"+query.Encode()))
	if got.status != http.StatusFound {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	location, err := url.Parse(got.header.Get("Location"))
	if err != nil || location.Path != "/auth/callback" {
		t.Fatalf("redirected to %q", got.header.Get("Location"))
	}
	return location.Query()
}

func exchangeCode(t *testing.T, srv *providertest.Server, f providertest.Flavour, code, proof string) answer {
	t.Helper()
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {callback}, "code_verifier": {proof},
	}
	req := post(t, srv.Endpoints(f).TokenURL, form.Encode())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, client(t), req)
}

func TestLoginByAuthorizationCode(t *testing.T) {
	for _, flavour := range []providertest.Flavour{providertest.Anthropic, providertest.OpenAI} {
		t.Run(string(flavour), func(t *testing.T) {
			srv, _ := start(t)
			first := srv.AddAccount(providertest.Account{Flavour: flavour})
			last := srv.AddAccount(providertest.Account{Flavour: flavour})

			back := visit(t, srv, flavour)
			if back.Get("state") != "state-1" {
				t.Errorf("state %q", back.Get("state"))
			}
			got := exchangeCode(t, srv, flavour, back.Get("code"), verifier)
			if got.status != http.StatusOK || got.text(t, "refresh_token") != last.RefreshToken() {
				t.Errorf("got %d %s, want the login of the account added last", got.status, got.body)
			}
			first.Approve()
			back = visit(t, srv, flavour)
			got = exchangeCode(t, srv, flavour, back.Get("code"), verifier)
			if got.text(t, "access_token") != first.AccessToken() {
				t.Errorf("got %d %s, want the login of the account that approved", got.status, got.body)
			}
		})
	}
}

func TestCodeIsSpentOnceAndProved(t *testing.T) {
	srv, _ := start(t)
	srv.AddAccount(providertest.Account{})

	wrong := visit(t, srv, providertest.Anthropic).Get("code")
	if got := exchangeCode(t, srv, providertest.Anthropic, wrong, "another"); got.status != http.StatusBadRequest {
		t.Errorf("a wrong verifier got %d", got.status)
	}
	code := visit(t, srv, providertest.Anthropic).Get("code")
	for _, want := range []int{http.StatusOK, http.StatusBadRequest} {
		if got := exchangeCode(t, srv, providertest.Anthropic, code, verifier); got.status != want {
			t.Errorf("got %d, want %d", got.status, want)
		}
	}
}

func TestAuthorizeWithNobodyThere(t *testing.T) {
	srv, _ := start(t)
	if back := visit(t, srv, providertest.OpenAI); back.Get("error") != "access_denied" || back.Has("code") {
		t.Errorf("got %v", back)
	}
	got := do(t, client(t), get(t, srv.Endpoints(providertest.OpenAI).AuthorizeURL))
	if got.status != http.StatusBadRequest {
		t.Errorf("without redirect_uri: %d", got.status)
	}
}
