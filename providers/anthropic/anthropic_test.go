package anthropic_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func oauth() account.Credential {
	return account.Credential{Kind: account.OAuth, Token: account.NewSecret("at"), Subject: "user-1", Organization: "org-1"}
}

func apiKey() account.Credential {
	return account.Credential{Kind: account.APIKey, Token: account.NewSecret("key")}
}

// request returns a request with these headers set.
func request(t *testing.T, pairs ...string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.anthropic.com/v1/messages", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		req.Header.Add(pairs[i], pairs[i+1])
	}
	return req
}

func TestEmptyOptionsAreAnthropicsOwn(t *testing.T) {
	got := anthropic.New(anthropic.Options{TokenURL: "https://example.com/token"}).Options()
	want := anthropic.Options{
		BaseURL:      "https://api.anthropic.com",
		TokenURL:     "https://example.com/token",
		AuthorizeURL: "https://claude.ai/oauth/authorize",
		UsageURL:     "https://api.anthropic.com/api/oauth/usage",
		ProfileURL:   "https://api.anthropic.com/api/oauth/profile",
		ClientID:     "9d1c250a-e61b-44d9-88ed-5944d1962f5e",
	}
	if got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestAuthorizeAddsTheBetaFlagOnce(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	for name, c := range map[string]struct {
		set  []string
		want []string
	}{
		"none":           {nil, []string{"oauth-2025-04-20"}},
		"one":            {[]string{"a-1"}, []string{"a-1,oauth-2025-04-20"}},
		"two lines":      {[]string{"a-1, b-2", "c-3"}, []string{"a-1, b-2,c-3,oauth-2025-04-20"}},
		"already there":  {[]string{"a-1, oauth-2025-04-20 ,b-2"}, []string{"a-1, oauth-2025-04-20 ,b-2"}},
		"a longer flag":  {[]string{"oauth-2025-04-20-x"}, []string{"oauth-2025-04-20-x,oauth-2025-04-20"}},
		"set but empty":  {[]string{""}, []string{"oauth-2025-04-20"}},
		"on its own":     {[]string{"oauth-2025-04-20"}, []string{"oauth-2025-04-20"}},
		"in second line": {[]string{"a-1", "oauth-2025-04-20"}, []string{"a-1", "oauth-2025-04-20"}},
	} {
		t.Run(name, func(t *testing.T) {
			req := request(t)
			for _, flags := range c.set {
				req.Header.Add("anthropic-beta", flags)
			}
			p.Authorize(req, oauth())
			p.Authorize(req, oauth())
			if got := req.Header.Values("anthropic-beta"); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAuthorizeSwapsTheKindOfCredential(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	req := request(t, "x-api-key", "placeholder", "authorization", "Bearer placeholder")
	p.Authorize(req, oauth())
	if got := req.Header.Get("Authorization"); got != "Bearer at" || len(req.Header.Values("X-Api-Key")) != 0 {
		t.Errorf("login: Authorization %q, x-api-key %q", got, req.Header.Values("X-Api-Key"))
	}
	p.Authorize(req, apiKey())
	if got := req.Header.Get("X-Api-Key"); got != "key" || len(req.Header.Values("Authorization")) != 0 {
		t.Errorf("key: x-api-key %q, Authorization %q", got, req.Header.Values("Authorization"))
	}
}

func TestAuthorizeKeyLeavesBetaFlagsAlone(t *testing.T) {
	req := request(t, "anthropic-beta", "a-1")
	anthropic.New(anthropic.Options{}).Authorize(req, apiKey())
	if got := req.Header.Values("anthropic-beta"); !slices.Equal(got, []string{"a-1"}) {
		t.Errorf("anthropic-beta %q", got)
	}
}

// serve starts a server that gives one answer, and a provider that asks it.
func serve(t *testing.T, status int, body string, seen *http.Request) *anthropic.Provider {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seen != nil {
			*seen = *r
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	return anthropic.New(anthropic.Options{
		TokenURL: srv.URL + "/token", UsageURL: srv.URL + "/usage", ProfileURL: srv.URL + "/profile",
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
}

func TestRefreshTellsWhoseLoginItIs(t *testing.T) {
	p := serve(t, http.StatusOK, `{"access_token":"at2","refresh_token":"rt2","expires_in":28800,
		"account":{"uuid":"user-1","email_address":"a@example.com"},"organization":{"uuid":"org-1","name":"Org"}}`, nil)
	grant, err := p.Refresh(t.Context(), account.Credentials{RefreshToken: account.NewSecret("rt")})
	if err != nil {
		t.Fatal(err)
	}
	if grant.Subject != "user-1" || grant.Organization != "org-1" || grant.Email != "a@example.com" || grant.AccessToken.Reveal() != "at2" {
		t.Errorf("grant %+v", grant)
	}
}

func TestUsageLeavesOutWhatIsNotTold(t *testing.T) {
	reset := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Second)
	var seen http.Request
	p := serve(t, http.StatusOK, `{"five_hour":{"utilization":33.5,"resets_at":"`+reset.Format("2006-01-02T15:04:05.000000+00:00")+`"},
		"seven_day":null,"seven_day_sonnet":{"utilization":0,"resets_at":null},"seven_day_opus":{"utilization":null}}`, &seen)
	usage, err := p.Usage(t.Context(), oauth())
	if err != nil {
		t.Fatal(err)
	}
	if len(usage.Windows) != 2 || usage.Plan != "" {
		t.Fatalf("usage %+v", usage)
	}
	five, sonnet := usage.Windows[0], usage.Windows[1]
	if five.Name != "5h" || five.Utilization != 33.5 || five.Length != 5*time.Hour || !five.ResetAt.Equal(reset) {
		t.Errorf("five hours: %+v", five)
	}
	if sonnet.Name != "Sonnet 7d" || sonnet.Utilization != 0 || !sonnet.ResetAt.IsZero() {
		t.Errorf("sonnet: %+v", sonnet)
	}
	if seen.Header.Get("Authorization") != "Bearer at" || seen.Header.Get("Anthropic-Beta") != "oauth-2025-04-20" {
		t.Errorf("asked with %v", seen.Header)
	}
}

func TestProfile(t *testing.T) {
	for body, want := range map[string]account.Grant{
		`{"account":{"uuid":"u","email":"a@example.com","has_claude_max":true,"has_claude_pro":true},"organization":{"uuid":"o"}}`: {
			Subject: "u", Organization: "o", Email: "a@example.com", Plan: "Claude Max",
		},
		`{"account":{"has_claude_max":false,"has_claude_pro":true}}`:  {Plan: "Claude Pro"},
		`{"account":{"has_claude_max":false,"has_claude_pro":false}}`: {Plan: "Free"},
		`{"account":{"has_claude_pro":false}}`:                        {},
		`{"account":{"has_claude_max":"no","has_claude_pro":0}}`:      {},
		`{"account":{"email":5}}`:                                     {},
		`{}`:                                                          {},
	} {
		p := serve(t, http.StatusOK, body, nil)
		got, err := p.Profile(t.Context(), oauth())
		if err != nil {
			t.Fatal(err)
		}
		if got.Subject != want.Subject || got.Organization != want.Organization || got.Email != want.Email || got.Plan != want.Plan {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
}

func TestEndpointsThatRefuse(t *testing.T) {
	p := serve(t, http.StatusTooManyRequests, `{}`, nil)
	_, usageErr := p.Usage(t.Context(), oauth())
	_, profileErr := p.Profile(t.Context(), oauth())
	for _, err := range []error{usageErr, profileErr} {
		var refused *providers.StatusError
		if !errors.As(err, &refused) || refused.Status != http.StatusTooManyRequests {
			t.Errorf("error %v, want a *StatusError with 429", err)
		}
	}
}

func TestKeysHaveNoFigures(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	_, usageErr := p.Usage(t.Context(), apiKey())
	_, profileErr := p.Profile(t.Context(), apiKey())
	if !errors.Is(usageErr, errors.ErrUnsupported) || !errors.Is(profileErr, errors.ErrUnsupported) {
		t.Errorf("errors %v and %v, want ErrUnsupported", usageErr, profileErr)
	}
}

func TestPlanLabel(t *testing.T) {
	for plan, want := range map[string]string{"max": "Claude Max", "pro": "Claude Pro", "free": "Free", "team": "team", "": ""} {
		if got := anthropic.PlanLabel(plan); got != want {
			t.Errorf("PlanLabel(%q) = %q, want %q", plan, got, want)
		}
	}
}
