package openai_test

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func apiKey() account.Credential {
	return account.Credential{Kind: account.APIKey, Token: account.NewSecret("key"), Subject: "user-1", Organization: "org-1"}
}

func token(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".sig"
}

func TestEmptyOptionsAreOpenAIsOwn(t *testing.T) {
	got := openai.New(openai.Options{UsageURL: "https://example.com/usage"}).Options()
	want := openai.Options{
		BaseURL:      "https://chatgpt.com/backend-api/codex",
		TokenURL:     "https://auth.openai.com/oauth/token",
		AuthorizeURL: "https://auth.openai.com/oauth/authorize",
		DeviceURL:    "https://auth.openai.com/api/accounts/deviceauth",
		UsageURL:     "https://example.com/usage",
		ClientID:     "app_EMoamEEZ73f0CkXaXp7hrann",
	}
	if got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestOwnsTheAPIForKeysBesideCodex(t *testing.T) {
	p := openai.New(openai.Options{BaseURL: "http://127.0.0.1:9000/codex"})
	for text, want := range map[string]bool{
		openai.APIBaseURL + "/v1/responses": true,
		openai.DefaultBaseURL:               true,
		"http://127.0.0.1:9000/anything":    true,
		openai.DefaultTokenURL:              false,
		"http://127.0.0.1:9001/codex":       false,
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Owns(u); got != want {
			t.Errorf("Owns(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestAuthorizeNamesTheWorkspace(t *testing.T) {
	p := openai.New(openai.Options{})
	at := account.NewSecret("at")
	for name, c := range map[string]struct {
		cred  account.Credential
		token string
		want  string
	}{
		"organization": {account.Credential{Kind: account.OAuth, Token: at, Subject: "user-1", Organization: "org-1"}, "Bearer at", "org-1"},
		"subject":      {account.Credential{Kind: account.OAuth, Token: at, Subject: "user-1"}, "Bearer at", "user-1"},
		"neither":      {account.Credential{Kind: account.OAuth, Token: at}, "Bearer at", ""},
		"key":          {apiKey(), "Bearer key", ""},
	} {
		t.Run(name, func(t *testing.T) {
			req := &http.Request{Header: http.Header{}}
			req.Header.Set("ChatGPT-Account-Id", "another")
			req.Header.Set("Authorization", "Bearer another")
			p.Authorize(req, c.cred)
			if got := req.Header.Get("Authorization"); got != c.token {
				t.Errorf("Authorization %q, want %q", got, c.token)
			}
			if got := req.Header.Get("ChatGPT-Account-Id"); got != c.want {
				t.Errorf("ChatGPT-Account-Id %q, want %q", got, c.want)
			}
		})
	}
}

// serve starts a server that gives one answer, and a provider that asks it.
func serve(t *testing.T, status int, body string, seen *http.Request) *openai.Provider {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seen != nil {
			*seen = *r
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	return openai.New(openai.Options{
		TokenURL: srv.URL + "/token", UsageURL: srv.URL + "/usage",
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
}

func refresh(t *testing.T, p *openai.Provider) (account.Grant, error) {
	t.Helper()
	return p.Refresh(t.Context(), account.Credentials{RefreshToken: account.NewSecret("rt")})
}

func TestRefreshReadsTheClaims(t *testing.T) {
	id := token(`{"sub":"auth0|1","email":"id@example.com","https://api.openai.com/auth":{"chatgpt_plan_type":"pro","chatgpt_account_id":"org-1"}}`)
	access := token(`{"sub":"auth0|2","https://api.openai.com/auth":{"chatgpt_plan_type":"plus","chatgpt_account_id":"org-2","chatgpt_user_id":"user-2"},
		"https://api.openai.com/profile":{"email":"access@example.com"}}`)
	for name, c := range map[string]struct {
		id, access string
		want       account.Grant
	}{
		"both":                    {id, access, account.Grant{Subject: "auth0|1", Organization: "org-1", Email: "id@example.com", Plan: "ChatGPT Pro"}},
		"access token alone":      {"", access, account.Grant{Subject: "user-2", Organization: "org-2", Email: "access@example.com", Plan: "ChatGPT Plus"}},
		"id token alone":          {id, "opaque", account.Grant{Subject: "auth0|1", Organization: "org-1", Email: "id@example.com", Plan: "ChatGPT Pro"}},
		"user id before sub":      {token(`{"sub":"s","https://api.openai.com/auth":{"chatgpt_user_id":"user-3"}}`), "opaque", account.Grant{Subject: "user-3"}},
		"each tells a part":       {token(`{"email":"id@example.com"}`), token(`{"sub":"s"}`), account.Grant{Subject: "s", Email: "id@example.com"}},
		"opaque":                  {"", "opaque", account.Grant{}},
		"claims of another type":  {token(`{"sub":[],"email":{},"https://api.openai.com/auth":"x"}`), "a.b.c", account.Grant{}},
		"payload that is no JSON": {token(`{{{{`), "..", account.Grant{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := refresh(t, serve(t, http.StatusOK, `{"access_token":"`+c.access+`","id_token":"`+c.id+`"}`, nil))
			if err != nil {
				t.Fatal(err)
			}
			if got.Subject != c.want.Subject || got.Organization != c.want.Organization || got.Email != c.want.Email || got.Plan != c.want.Plan {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if !got.ExpiresAt.IsZero() {
				t.Errorf("ExpiresAt %v, which was not told", got.ExpiresAt)
			}
		})
	}
}

func TestRefreshKnowsTheProvidersTerminalCodes(t *testing.T) {
	for code, terminal := range map[string]bool{
		"refresh_token_reused": true, "refresh_token_expired": true, "refresh_token_invalidated": true, "token_expired": true,
		"account_deactivated": true, "invalid_request_error": false, "rate_limit_exceeded": false,
	} {
		_, err := refresh(t, serve(t, http.StatusUnauthorized, `{"error":{"message":"m","type":"invalid_request_error","code":"`+code+`"}}`, nil))
		var refused *providers.RefreshError
		if !errors.As(err, &refused) || refused.Terminal != terminal || refused.Code != code {
			t.Errorf("%s: error %+v, want terminal %v", code, refused, terminal)
		}
	}
}

func TestUsage(t *testing.T) {
	var seen http.Request
	p := serve(t, http.StatusOK, `{"plan_type":"plus","rate_limit":{"allowed":true,
		"primary_window":{"used_percent":27,"limit_window_seconds":18000,"reset_after_seconds":13140,"reset_at":1782770922},
		"secondary_window":null}}`, &seen)
	before := time.Now()
	usage, err := p.Usage(t.Context(), account.Credential{Kind: account.OAuth, Token: account.NewSecret("at"), Organization: "org-1"})
	if err != nil {
		t.Fatal(err)
	}
	if usage.Plan != "ChatGPT Plus" || len(usage.Windows) != 1 {
		t.Fatalf("usage %+v", usage)
	}
	w := usage.Windows[0]
	if w.Name != "5h" || w.Utilization != 27 || w.Length != 5*time.Hour {
		t.Errorf("window %+v", w)
	}
	if wait := w.ResetAt.Sub(before); wait < 13140*time.Second || wait > 13140*time.Second+time.Since(before) {
		t.Errorf("resets in %v", wait)
	}
	if seen.Header.Get("Authorization") != "Bearer at" || seen.Header.Get("Chatgpt-Account-Id") != "org-1" {
		t.Errorf("asked with %v", seen.Header)
	}
}

func TestUsageWithoutARelativeReset(t *testing.T) {
	reset := time.Now().Add(time.Hour).Truncate(time.Second)
	body := `{"rate_limit":{"primary_window":{"used_percent":null},"secondary_window":{"used_percent":1,"reset_at":` + strconv.FormatInt(reset.Unix(), 10) + `}}}`
	usage, err := serve(t, http.StatusOK, body, nil).Usage(t.Context(), account.Credential{Kind: account.OAuth})
	if err != nil || len(usage.Windows) != 1 || usage.Plan != "" {
		t.Fatalf("usage %+v, %v", usage, err)
	}
	if w := usage.Windows[0]; w.Name != "secondary" || !w.ResetAt.Equal(reset) || w.Length != 0 {
		t.Errorf("window %+v", w)
	}
}

func TestProfileReadsTheAccessToken(t *testing.T) {
	p := openai.New(openai.Options{})
	claims := `{"sub":"s","https://api.openai.com/auth":{"chatgpt_plan_type":"go","chatgpt_account_id":"org-1"}}`
	got, err := p.Profile(t.Context(), account.Credential{Kind: account.OAuth, Token: account.NewSecret(token(claims))})
	if err != nil || got.Subject != "s" || got.Organization != "org-1" || got.Plan != "ChatGPT Go" || !got.AccessToken.IsZero() {
		t.Errorf("profile %+v, %v", got, err)
	}
}

func TestKeysHaveNoFigures(t *testing.T) {
	p := openai.New(openai.Options{})
	_, usageErr := p.Usage(t.Context(), apiKey())
	_, profileErr := p.Profile(t.Context(), apiKey())
	if !errors.Is(usageErr, errors.ErrUnsupported) || !errors.Is(profileErr, errors.ErrUnsupported) {
		t.Errorf("errors %v and %v, want ErrUnsupported", usageErr, profileErr)
	}
}

func TestPlanLabel(t *testing.T) {
	for plan, want := range map[string]string{
		"pro": "ChatGPT Pro", "plus": "ChatGPT Plus", "go": "ChatGPT Go", "free": "Free", "team": "team", "": "",
	} {
		if got := openai.PlanLabel(plan); got != want {
			t.Errorf("PlanLabel(%q) = %q, want %q", plan, got, want)
		}
	}
}
