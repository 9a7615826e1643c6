package providertest

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// nativeRules hold for a provider that knows what the fake's answers mean.
func (c Conformance) nativeRules() []rule {
	if !c.Native {
		return nil
	}
	return []rule{
		{"its credentials are accepted", nativeIsAccepted},
		{"its refusals are told apart", nativeRefusals},
		{"its limits end when they do", nativeLimits},
		{"its figures arrive with a success", nativeFigures},
		{"its usage endpoint tells the same", nativeUsage},
		{"its profile names the account", nativeProfile},
		{"what it says of the account is no caller's fault", nativeAccountRefusals},
		{"a 429 that is the request's limits nobody", nativeRequestLimits},
		{"a window of some models limits these only", nativeFamilies},
		{"use that is paid for beyond the plan is told", nativePaidUse},
	}
}

// asked sends a request in the account's name and returns the verdict on the
// answer.
func (t trial) asked(p providers.Provider, srv *Server, acct *AccountHandle) account.Verdict {
	t.Helper()
	return t.askedFor(p, srv, acct, "model-1")
}

func (t trial) askedFor(p providers.Provider, srv *Server, acct *AccountHandle, model string) account.Verdict {
	t.Helper()
	path := "/v1/messages"
	if t.Flavour == OpenAI {
		path = "/responses"
	}
	body := strings.NewReader(`{"model":"` + account.Untiered(model) + `","messages":[{"role":"user","content":"Hello"}]}`)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.Endpoints(t.Flavour).BaseURL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Owns(req.URL) {
		t.Fatalf("Owns(%q) = false", req.URL)
	}
	p.Authorize(req, credentialOf(acct))
	resp, err := t.client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	a := providers.Answer{Status: resp.StatusCode, Header: resp.Header, Kind: account.OAuth, Model: model, Now: time.Now()}
	if a.Status >= http.StatusBadRequest {
		if a.Body, err = io.ReadAll(resp.Body); err != nil {
			t.Fatal(err)
		}
	}
	return p.Classify(a)
}

func credentialOf(acct *AccountHandle) account.Credential {
	a := acct.Account()
	return account.Credential{
		Kind: account.OAuth, Token: account.NewSecret(acct.AccessToken()), Subject: a.Subject, Organization: a.Organization,
	}
}

func nativeIsAccepted(t trial) {
	p, srv := t.attached()
	for _, organization := range []string{"", "org-1"} {
		acct := srv.AddAccount(Account{Flavour: t.Flavour, Organization: organization})
		if v := t.asked(p, srv, acct); v.Class != account.ClassSuccess || v.Limits != nil {
			t.Errorf("organization %q: %+v", organization, v)
		}
	}
}

func nativeRefusals(t trial) {
	p, srv := t.attached()
	acct := srv.AddAccount(Account{Flavour: t.Flavour})
	const page = "https://example.com/verify?id=1"
	for name, w := range map[string]struct {
		answer Answer
		class  account.Class
		url    string
	}{
		"unauthorized": {Unauthorized(), account.ClassUnauthorized, ""},
		"revoked":      {Revoked(), account.ClassRevoked, ""},
		"entitlement":  {Entitlement(), account.ClassEntitlement, ""},
		"verification": {Verification(page), account.ClassVerification, page},
		"organization": {OrganizationForbidden(), account.ClassOrganization, ""},
		"forbidden":    {Forbidden(), account.ClassForbidden, ""},
		"challenge":    {Challenge(), account.ClassChallenge, ""},
		"bad request":  {BadRequest(), account.ClassCaller, ""},
		"too large":    {TooLarge(), account.ClassCaller, ""},
		"server error": {ServerError(), account.ClassServerError, ""},
		"unavailable":  {Unavailable(), account.ClassServerError, ""},
		"overloaded":   {Overloaded(), account.ClassOverloaded, ""},
	} {
		acct.Next(w.answer)
		v := t.asked(p, srv, acct)
		if v.Class != w.class || v.URL != w.url || v.Limits != nil {
			t.Errorf("%s: %+v, want %v %q", name, v, w.class, w.url)
		}
	}
}

// windows are what the fake calls the flavour's short and long window.
func (c Conformance) windows() (short, long string) {
	if c.Flavour == OpenAI {
		return "primary", "secondary"
	}
	return "5h", "7d"
}

func nativeLimits(t trial) {
	p, srv := t.attached()
	acct := srv.AddAccount(Account{Flavour: t.Flavour})
	short, long := t.windows()
	full := func(name string, reset time.Duration) Window {
		return Window{Name: name, Limit: 100, Used: 100, ResetAt: time.Now().Add(reset)}
	}
	half := func(name string) Window { return Window{Name: name, Limit: 100, Used: 50} }
	for name, w := range map[string]struct {
		details []LimitDetail
		wait    time.Duration
	}{
		"retry-after":        {[]LimitDetail{RetryAfter(90 * time.Second)}, 90 * time.Second},
		"date":               {[]LimitDetail{RetryAfterDate(90 * time.Second)}, 90 * time.Second},
		"milliseconds":       {[]LimitDetail{RetryAfterMillis(90 * time.Second)}, 90 * time.Second},
		"short window":       {[]LimitDetail{LimitWindows(full(short, time.Hour), half(long)), RetryAfter(5 * time.Second)}, time.Hour},
		"long window":        {[]LimitDetail{LimitWindows(half(short), full(long, 50*time.Hour))}, 50 * time.Hour},
		"both windows":       {[]LimitDetail{LimitWindows(full(short, time.Hour), full(long, 50*time.Hour))}, 50 * time.Hour},
		"no window rejected": {[]LimitDetail{LimitWindows(half(short), half(long)), RetryAfter(5 * time.Second)}, 5 * time.Second},
	} {
		acct.Next(Limited(w.details...))
		v := t.asked(p, srv, acct)
		if v.Class != account.ClassLimited || len(v.Limits) != 1 {
			t.Errorf("%s: %+v, want one limit", name, v)
			continue
		}
		if d := time.Until(v.Limits[0].Until); d < w.wait-5*time.Second || d > w.wait+time.Second {
			t.Errorf("%s: ends in %v, want %v", name, d, w.wait)
		}
	}
	acct.Next(Refused(http.StatusTooManyRequests, Refusal{Kind: "rate_limit_error", Code: "rate_limit_exceeded", Message: "Too many requests."}))
	if v := t.asked(p, srv, acct); v.Class != account.ClassLimited || v.Limits != nil {
		t.Errorf("nothing said: %+v, want no limit", v)
	}
}

func nativeFigures(t trial) {
	p, srv := t.attached()
	short, long := t.windows()
	acct := srv.AddAccount(Account{Flavour: t.Flavour, Windows: []Window{{Name: short, Used: 41}, {Name: long, Used: 9}}})
	t.expectFigures(t.asked(p, srv, acct).Usage, 42, 10)
}

func nativeUsage(t trial) {
	p, srv := t.attached()
	source, ok := p.(providers.UsageSource)
	if !ok {
		t.Fatal("the provider is no UsageSource")
	}
	short, long := t.windows()
	acct := srv.AddAccount(Account{Flavour: t.Flavour, Windows: []Window{{Name: short, Used: 42}, {Name: long, Used: 10}}})
	usage, err := source.Usage(t.Context(), credentialOf(acct))
	if err != nil {
		t.Fatal(err)
	}
	t.expectFigures(usage.Windows, 42, 10)
	acct.Expire()
	if _, err := source.Usage(t.Context(), credentialOf(acct)); err == nil {
		t.Error("an expired token was told the figures")
	}
}

func (t trial) expectFigures(got []account.UsageWindow, shortUsed, longUsed float64) {
	t.Helper()
	if len(got) != 2 || got[0].Name != "5h" || got[1].Name != "7d" {
		t.Fatalf("windows %+v, want 5h and 7d", got)
	}
	if !near(got[0].Utilization, shortUsed) || !near(got[1].Utilization, longUsed) {
		t.Errorf("used %v and %v, want %v and %v", got[0].Utilization, got[1].Utilization, shortUsed, longUsed)
	}
	for i, length := range []time.Duration{5 * time.Hour, longestLimit} {
		if left := time.Until(got[i].ResetAt); got[i].Length != length || left > length || left < length-time.Minute {
			t.Errorf("%s: %v long and reset in %v, want %v", got[i].Name, got[i].Length, left, length)
		}
	}
}

func near(a, b float64) bool { return a-b < 1e-6 && b-a < 1e-6 }

func nativeProfile(t trial) {
	p, srv := t.attached()
	source, ok := p.(providers.ProfileSource)
	if !ok {
		t.Fatal("the provider is no ProfileSource")
	}
	acct := srv.AddAccount(Account{Flavour: t.Flavour, Organization: "org-1", Plan: "pro"})
	got, err := source.Profile(t.Context(), credentialOf(acct))
	if err != nil {
		t.Fatal(err)
	}
	want := acct.Account()
	if got.Subject != want.Subject || got.Organization != want.Organization || got.Email != want.Email {
		t.Errorf("profile %+v, want that of %+v", got, want)
	}
	if !strings.HasSuffix(got.Plan, " Pro") || !got.AccessToken.IsZero() {
		t.Errorf("plan %q, want the label of Pro, and no token", got.Plan)
	}
}
