package providertest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// credentials of an account by the path that takes them.
func codexAsk(t *testing.T, srv *providertest.Server, header http.Header) answer {
	t.Helper()
	return askWith(t, srv.Endpoints(providertest.OpenAI).BaseURL+"/responses", header)
}

func askWith(t *testing.T, url string, header http.Header) answer {
	t.Helper()
	req := post(t, url, question)
	for name, values := range header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	return do(t, client(t), req)
}

func TestAnthropicCredentials(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{})
	foreign := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI})
	bearer, beta := []string{"Bearer " + acct.AccessToken()}, []string{"a-2025-01-01,oauth-2025-04-20"}

	tests := map[string]struct {
		header  http.Header
		status  int
		message string
	}{
		"oauth":          {http.Header{"Authorization": bearer, "Anthropic-Beta": beta}, 200, ""},
		"split beta":     {http.Header{"Authorization": bearer, "Anthropic-Beta": {"a", "oauth-2025-04-20"}}, 200, ""},
		"key":            {http.Header{"X-Api-Key": {acct.APIKey()}}, 200, ""},
		"nothing":        {nil, 401, "x-api-key header is required"},
		"no beta":        {http.Header{"Authorization": bearer}, 401, "OAuth authentication is currently not supported."},
		"not bearer":     {http.Header{"Authorization": {acct.AccessToken()}, "Anthropic-Beta": beta}, 401, "x-api-key header is required"},
		"unknown":        {http.Header{"Authorization": {"Bearer x"}, "Anthropic-Beta": beta}, 401, "Invalid bearer token"},
		"foreign":        {http.Header{"Authorization": {"Bearer " + foreign.AccessToken()}, "Anthropic-Beta": beta}, 401, "Invalid bearer token"},
		"wrong key":      {http.Header{"X-Api-Key": {"x"}}, 401, "invalid x-api-key"},
		"foreign key":    {http.Header{"X-Api-Key": {foreign.APIKey()}}, 401, "invalid x-api-key"},
		"left-over key":  {http.Header{"X-Api-Key": {"placeholder"}, "Authorization": bearer, "Anthropic-Beta": beta}, 401, "invalid x-api-key"},
		"key as a token": {http.Header{"Authorization": {"Bearer " + acct.APIKey()}, "Anthropic-Beta": beta}, 401, "Invalid bearer token"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := askWith(t, srv.URL+"/v1/messages", test.header)
			if got.status != test.status {
				t.Fatalf("got %d %s, want %d", got.status, got.body, test.status)
			}
			if got.status != http.StatusOK && (got.text(t, "error", "type") != "authentication_error" || got.text(t, "error", "message") != test.message) {
				t.Errorf("body %s", got.body)
			}
		})
	}
}

func TestOpenAICredentials(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Organization: "org-a"})
	bearer, key := []string{"Bearer " + acct.AccessToken()}, []string{"Bearer " + acct.APIKey()}
	codex, api := srv.Endpoints(providertest.OpenAI).BaseURL+"/responses", srv.URL+"/v1/responses"

	tests := map[string]struct {
		url    string
		header http.Header
		status int
		code   any
	}{
		"codex":              {codex, http.Header{"Authorization": bearer, "ChatGPT-Account-Id": {"org-a"}}, 200, nil},
		"no account id":      {codex, http.Header{"Authorization": bearer}, 401, "account_mismatch"},
		"wrong account id":   {codex, http.Header{"Authorization": bearer, "ChatGPT-Account-Id": {"org-b"}}, 401, "account_mismatch"},
		"codex with a key":   {codex, http.Header{"Authorization": key, "ChatGPT-Account-Id": {"org-a"}}, 401, "invalid_token"},
		"codex, nothing":     {codex, nil, 401, "invalid_token"},
		"api with a key":     {api, http.Header{"Authorization": key}, 200, nil},
		"api with a token":   {api, http.Header{"Authorization": bearer}, 200, nil},
		"api, wrong key":     {api, http.Header{"Authorization": {"Bearer x"}}, 401, "invalid_api_key"},
		"api, nothing":       {api, nil, 401, "invalid_api_key"},
		"chat with a key":    {srv.URL + "/v1/chat/completions", http.Header{"Authorization": key}, 200, nil},
		"chat without a key": {srv.URL + "/v1/chat/completions", nil, 401, "invalid_api_key"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := askWith(t, test.url, test.header)
			if got.status != test.status {
				t.Fatalf("got %d %s, want %d", got.status, got.body, test.status)
			}
			if got.status != http.StatusOK && got.field(t, "error", "code") != test.code {
				t.Errorf("body %s, want code %v", got.body, test.code)
			}
		})
	}
}

func TestCodexNamesTheSubjectWithoutAnOrganization(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Subject: "user-a"})
	got := codexAsk(t, srv, http.Header{"Authorization": {"Bearer " + acct.AccessToken()}, "ChatGPT-Account-Id": {"user-a"}})
	if got.status != http.StatusOK {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestAccessTokensExpireByTheServersClock(t *testing.T) {
	srv, c := start(t)
	acct := srv.AddAccount(providertest.Account{TokenTTL: time.Minute})
	c.Add(time.Minute - time.Second)
	if got := do(t, client(t), ask(t, srv, acct, question)); got.status != http.StatusOK {
		t.Errorf("a second before its end the token got %d", got.status)
	}
	c.Add(time.Second)
	got := do(t, client(t), ask(t, srv, acct, question))
	if got.status != http.StatusUnauthorized || !strings.Contains(got.text(t, "error", "message"), "expired") {
		t.Errorf("at its end the token got %d %s", got.status, got.body)
	}
}

func TestExpire(t *testing.T) {
	srv, c := start(t)
	one := srv.AddAccount(providertest.Account{})
	two := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI})
	status := func(acct *providertest.AccountHandle) int {
		return do(t, client(t), ask(t, srv, acct, question)).status
	}

	one.Expire()
	if status(one) != http.StatusUnauthorized || status(two) != http.StatusOK {
		t.Error("Expire should end the tokens of one account")
	}
	if !one.ExpiresAt().Equal(c.Now()) {
		t.Errorf("ExpiresAt %v", one.ExpiresAt())
	}
	srv.ExpireAll()
	got := do(t, client(t), ask(t, srv, two, question))
	if got.status != http.StatusUnauthorized || got.text(t, "error", "code") != "token_expired" {
		t.Errorf("after ExpireAll: %d %s", got.status, got.body)
	}
	if got := refresh(t, srv, two, two.RefreshToken()); got.status != http.StatusOK || status(two) != http.StatusOK {
		t.Error("a refresh should help after ExpireAll")
	}
}

func TestRevoke(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI})
	key := acct.APIKey()
	acct.Revoke()

	got := do(t, client(t), ask(t, srv, acct, question))
	if got.status != http.StatusUnauthorized || got.text(t, "error", "code") != "token_invalidated" {
		t.Errorf("revoked token: %d %s", got.status, got.body)
	}
	if got := askWith(t, srv.URL+"/v1/responses", http.Header{"Authorization": {"Bearer " + key}}); got.status != http.StatusUnauthorized {
		t.Errorf("revoked key: %d", got.status)
	}
	acct.Login()
	if got := do(t, client(t), ask(t, srv, acct, question)); got.status != http.StatusOK {
		t.Errorf("after a new login: %d", got.status)
	}
	if acct.APIKey() == key {
		t.Error("the revoked key is still the account's")
	}
}

func TestIssuedSecretsCarryTheMark(t *testing.T) {
	srv, _ := start(t)
	for _, flavour := range []providertest.Flavour{providertest.Anthropic, providertest.OpenAI} {
		acct := srv.AddAccount(providertest.Account{Flavour: flavour})
		for _, secret := range []string{acct.AccessToken(), acct.RefreshToken(), acct.APIKey()} {
			if !strings.Contains(secret, providertest.TokenMark) {
				t.Errorf("%s: no mark in %q", flavour, secret)
			}
		}
	}
}

func TestAccountsWithoutANameGetOne(t *testing.T) {
	srv, _ := start(t)
	a := srv.AddAccount(providertest.Account{Email: "a@example.com", Organization: "one"})
	b := srv.AddAccount(providertest.Account{Email: "a@example.com", Organization: "two"})
	c := srv.AddAccount(providertest.Account{})
	if a.Name() != "a@example.com" || b.Name() != "a@example.com (2)" || c.Name() != "user3@example.com" {
		t.Errorf("names %q, %q, %q", a.Name(), b.Name(), c.Name())
	}
	if a.Account().Subject == b.Account().Subject {
		t.Error("subjects made up are the same")
	}
}
