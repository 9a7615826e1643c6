package providertest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// refreshForm returns the exchange of a refresh token, form encoded.
func refreshForm(t *testing.T, srv *providertest.Server, f providertest.Flavour, token string) *http.Request {
	t.Helper()
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {"test"}}
	req := post(t, srv.Endpoints(f).TokenURL, form.Encode())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req
}

func refresh(t *testing.T, srv *providertest.Server, acct *providertest.AccountHandle, token string) answer {
	t.Helper()
	return do(t, client(t), refreshForm(t, srv, acct.Account().Flavour, token))
}

func TestRefreshRotatesTheTokens(t *testing.T) {
	for _, flavour := range []providertest.Flavour{providertest.Anthropic, providertest.OpenAI} {
		t.Run(string(flavour), func(t *testing.T) {
			srv, c := start(t)
			acct := srv.AddAccount(providertest.Account{Flavour: flavour, TokenTTL: time.Hour})
			before := acct.RefreshToken()

			got := refresh(t, srv, acct, before)
			if got.status != http.StatusOK {
				t.Fatalf("status %d: %s", got.status, got.body)
			}
			if got.text(t, "access_token") != acct.AccessToken() || got.text(t, "refresh_token") != acct.RefreshToken() {
				t.Error("the answer's tokens are not those that the handle returns")
			}
			if acct.RefreshToken() == before {
				t.Error("the refresh token did not rotate")
			}
			if got.field(t, "expires_in") != 3600.0 || !acct.ExpiresAt().Equal(c.Now().Add(time.Hour)) {
				t.Errorf("expires in %v, at %v", got.field(t, "expires_in"), acct.ExpiresAt())
			}
			if answer := do(t, client(t), ask(t, srv, acct, question)); answer.status != http.StatusOK {
				t.Errorf("the new access token got %d: %s", answer.status, answer.body)
			}
		})
	}
}

func TestRefreshTakesJSON(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{})
	body := `{"grant_type":"refresh_token","expires_in":1,"refresh_token":"` + acct.RefreshToken() + `"}`

	got := do(t, client(t), post(t, srv.Endpoints(providertest.Anthropic).TokenURL, body))
	if got.status != http.StatusOK || got.text(t, "access_token") != acct.AccessToken() {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}

func TestSpendingARefreshTokenTwiceRevokesItsFamily(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{})
	other := srv.AddAccount(providertest.Account{})
	spent := acct.RefreshToken()
	refresh(t, srv, acct, spent)
	heir := acct.RefreshToken()

	for range 2 {
		got := refresh(t, srv, acct, spent)
		if got.status != http.StatusBadRequest || got.text(t, "error") != "invalid_grant" {
			t.Fatalf("reuse got %d: %s", got.status, got.body)
		}
	}
	if got := refresh(t, srv, acct, heir); got.status != http.StatusBadRequest {
		t.Errorf("the heir of the spent token got %d", got.status)
	}
	if got := do(t, client(t), ask(t, srv, acct, question)); got.status != http.StatusUnauthorized {
		t.Errorf("the family's access token got %d", got.status)
	}
	if got := do(t, client(t), ask(t, srv, other, question)); got.status != http.StatusOK {
		t.Errorf("another account's access token got %d", got.status)
	}
	st := srv.Stats()
	if st.RefreshTokensSpentTwice != 2 || st.RefreshTokensSpentThrice != 1 || st.Refreshes != 1 || st.RefreshesByAccount[acct.Name()] != 1 {
		t.Errorf("spent twice %d, thrice %d, refreshes %d", st.RefreshTokensSpentTwice, st.RefreshTokensSpentThrice, st.Refreshes)
	}
}

func TestLoginsOfOneAccountAreSeparateFamilies(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{})
	first := acct.RefreshToken()
	acct.Login()
	second := acct.RefreshToken()
	refresh(t, srv, acct, first)
	refresh(t, srv, acct, first) // revokes the first login

	if got := refresh(t, srv, acct, second); got.status != http.StatusOK {
		t.Errorf("the second login's refresh got %d", got.status)
	}
}

func TestTokenEndpointRefuses(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{})
	foreign := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI})
	revoked := srv.AddAccount(providertest.Account{})
	revoked.Revoke()

	tests := map[string]struct{ form, code string }{
		"no grant type":      {"refresh_token=" + acct.RefreshToken(), "unsupported_grant_type"},
		"another grant type": {"grant_type=password", "unsupported_grant_type"},
		"no refresh token":   {"grant_type=refresh_token", "invalid_request"},
		"unknown token":      {"grant_type=refresh_token&refresh_token=x", "invalid_grant"},
		"other flavour's":    {"grant_type=refresh_token&refresh_token=" + foreign.RefreshToken(), "invalid_grant"},
		"revoked":            {"grant_type=refresh_token&refresh_token=" + revoked.RefreshToken(), "invalid_grant"},
		"broken form":        {"grant_type=%zz", "invalid_request"},
		"unknown code":       {"grant_type=authorization_code&code=x", "invalid_grant"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			req := post(t, srv.Endpoints(providertest.Anthropic).TokenURL, test.form)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			got := do(t, client(t), req)
			if got.status != http.StatusBadRequest || got.text(t, "error") != test.code {
				t.Errorf("got %d %s, want 400 %s", got.status, got.body, test.code)
			}
		})
	}
	if n := srv.Stats().RefreshTokensSpentTwice; n != 0 {
		t.Errorf("%d tokens counted as spent twice", n)
	}
}

func TestStaticRefreshTokenStaysValid(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{StaticRefreshToken: true})
	token, access := acct.RefreshToken(), acct.AccessToken()

	for range 2 {
		got := refresh(t, srv, acct, token)
		if got.status != http.StatusOK || got.field(t, "refresh_token") != nil {
			t.Fatalf("got %d: %s", got.status, got.body)
		}
	}
	if acct.RefreshToken() != token || acct.AccessToken() == access {
		t.Error("the refresh token should stay, the access token change")
	}
}

func TestOpenAITokensTellWhoseTheyAre(t *testing.T) {
	srv, c := start(t)
	acct := srv.AddAccount(providertest.Account{
		Flavour: providertest.OpenAI, Email: "bob@example.com", Subject: "user-b", Organization: "org-b", Plan: "pro",
	})
	got := refresh(t, srv, acct, acct.RefreshToken())
	for _, field := range []string{"id_token", "access_token"} {
		claims := answer{body: payload(t, got.text(t, field))}
		auth := claims.field(t, "https://api.openai.com/auth").(map[string]any)
		if auth["chatgpt_plan_type"] != "pro" || auth["chatgpt_account_id"] != "org-b" || auth["chatgpt_user_id"] != "user-b" {
			t.Errorf("%s: claims %v", field, auth)
		}
		profile := claims.field(t, "https://api.openai.com/profile").(map[string]any)
		if profile["email"] != "bob@example.com" {
			t.Errorf("%s: profile %v", field, profile)
		}
		if claims.field(t, "exp") != float64(c.Now().Add(8*time.Hour).Unix()) {
			t.Errorf("%s: exp %v", field, claims.field(t, "exp"))
		}
	}
}

func payload(t *testing.T, token string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("a token of %d parts", len(parts))
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || !json.Valid(claims) {
		t.Fatalf("claims do not decode: %v", err)
	}
	return string(claims)
}

func TestUpdateShowsInTheNextTokens(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{Organization: "org-a"})
	acct.Update(func(a *providertest.Account) { a.Subject, a.Organization, a.Name = "moved", "", "ignored" })

	got := refresh(t, srv, acct, acct.RefreshToken())
	if got.text(t, "account", "uuid") != "moved" || got.field(t, "organization") != nil {
		t.Errorf("answer %s", got.body)
	}
	if acct.Account().Name != acct.Name() {
		t.Error("the name changed")
	}
}

func TestGateBeforeSpending(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{})
	gate := srv.HoldExchanges(providertest.BeforeSpending)
	token := acct.RefreshToken()

	// Two clients race with one token; the server lets both in at once.
	statuses := make(chan int, 2)
	c := client(t)
	var clients sync.WaitGroup
	for range 2 {
		req := refreshForm(t, srv, providertest.Anthropic, token)
		clients.Go(func() {
			got, err := try(c, req)
			if err != nil {
				t.Error(err)
			}
			statuses <- got.status
		})
	}
	if err := gate.Wait(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if st := srv.Stats(); st.Refreshes != 0 || st.PeakTokenRequests != 2 {
		t.Errorf("%d refreshes while held, peak %d", st.Refreshes, st.PeakTokenRequests)
	}
	gate.Release()
	clients.Wait()
	if sum := <-statuses + <-statuses; sum != http.StatusOK+http.StatusBadRequest {
		t.Errorf("statuses add up to %d, want one 200 and one 400", sum)
	}
	if n := srv.Stats().RefreshTokensSpentTwice; n != 1 {
		t.Errorf("spent twice: %d", n)
	}
}

// abandon sends a request and gives up once it stands at the gate.
func abandon(t *testing.T, gate *providertest.Gate, req *http.Request) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := client(t)
	failed := make(chan error)
	go func() {
		_, err := try(c, req.WithContext(ctx))
		failed <- err
	}()
	if err := gate.Wait(t.Context(), 1); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-failed; err == nil {
		t.Error("the request was answered behind a shut gate")
	}
}

func TestClientThatDiesAtTheGate(t *testing.T) {
	tests := map[string]struct {
		at    providertest.Point
		reuse int // status of another exchange of the same token
	}{
		"before spending": {providertest.BeforeSpending, http.StatusOK},
		"after spending":  {providertest.AfterSpending, http.StatusBadRequest},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			srv, _ := start(t)
			acct := srv.AddAccount(providertest.Account{})
			token := acct.RefreshToken()
			gate := acct.HoldExchanges(test.at)
			abandon(t, gate, refreshForm(t, srv, providertest.Anthropic, token))
			if err := srv.WaitCalls(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			gate.Release()
			if got := refresh(t, srv, acct, token); got.status != test.reuse {
				t.Errorf("the same token got %d, want %d", got.status, test.reuse)
			}
		})
	}
}

func TestTokenDelay(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{})
	srv.SetTokenDelay(time.Millisecond)

	begun := time.Now()
	if got := refresh(t, srv, acct, acct.RefreshToken()); got.status != http.StatusOK {
		t.Errorf("status %d", got.status)
	}
	if took := time.Since(begun); took < time.Millisecond {
		t.Errorf("answered after %v", took)
	}
}

func TestScriptedTokenAnswers(t *testing.T) {
	tests := map[string]struct {
		answer providertest.Answer
		status int
		body   string
	}{
		"invalid grant":  {providertest.InvalidGrant(), 400, `{"error":"invalid_grant"}`},
		"another code":   {providertest.OAuthError("invalid_scope"), 400, `{"error":"invalid_scope"}`},
		"reused":         {providertest.ReusedRefreshToken(), 401, `"code":"refresh_token_reused"`},
		"server error":   {providertest.ServerError(), 500, "api_error"},
		"captive portal": {providertest.CaptivePortal(), 200, "<html>"},
		"garbage":        {providertest.Garbage(), 200, `{"access_token": "`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			srv, _ := start(t)
			acct := srv.AddAccount(providertest.Account{})
			token := acct.RefreshToken()
			acct.NextToken(test.answer)

			got := refresh(t, srv, acct, token)
			if got.status != test.status || !strings.Contains(got.body, test.body) {
				t.Errorf("got %d %s", got.status, got.body)
			}
			if got := refresh(t, srv, acct, token); got.status != http.StatusOK {
				t.Errorf("the scripted answer spent the token: %d", got.status)
			}
		})
	}
}

func TestAnswerAfterSpendingLosesTheGrant(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{})
	token := acct.RefreshToken()
	acct.NextToken(providertest.ServerError().AfterSpending())

	if got := refresh(t, srv, acct, token); got.status != http.StatusInternalServerError {
		t.Errorf("status %d", got.status)
	}
	if acct.RefreshToken() == token || srv.Stats().Refreshes != 1 {
		t.Error("the exchange did not take place")
	}
}
