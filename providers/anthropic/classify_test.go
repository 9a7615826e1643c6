package anthropic_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/internal/fixture"
)

const model = "claude-model-1"

// accountLimit is a limit by a header, wait from when the answer was recorded.
func accountLimit(reason string, wait time.Duration) []account.Limit {
	return []account.Limit{{
		Scope: account.ScopeAccount, Source: account.FromHeader, Reason: reason, SeenAt: fixture.Now(), Until: fixture.Now().Add(wait),
	}}
}

// windowLimit is one by a window of the account.
func windowLimit(name string, wait time.Duration) []account.Limit {
	limits := accountLimit(name, wait)
	limits[0].Window = true
	return limits
}

// modelWindow is one by a window of the model.
func modelWindow(name string, wait time.Duration) []account.Limit {
	limits := modelLimit(name, wait)
	limits[0].Window = true
	return limits
}

// ownersLimit has no end that anybody told.
func ownersLimit(reason string) []account.Limit {
	return []account.Limit{{Scope: account.ScopeAccount, Source: account.FromBody, Reason: reason, SeenAt: fixture.Now(), Owner: true}}
}

// tierLimit is one of the speed tier.
func tierLimit(source account.Source, wait time.Duration) []account.Limit {
	l := account.Limit{
		Scope: account.ScopeModel, Model: account.Tiered(model, "fast"), Source: source, Reason: "fast_mode_limit", SeenAt: fixture.Now(),
	}
	if wait > 0 {
		l.Until = fixture.Now().Add(wait)
	}
	return []account.Limit{l}
}

func ofModel(limits []account.Limit) []account.Limit {
	limits[0].Scope, limits[0].Model = account.ScopeModel, model
	return limits
}

func marked(limits []account.Limit, mark func(*account.Limit)) []account.Limit {
	for i := range limits {
		mark(&limits[i])
	}
	return limits
}

func asPaid(l *account.Limit) { l.Paid = true }

// paidLimit is that of an account whose owner's money is next.
func paidLimit(reason string) []account.Limit {
	limits := accountLimit(reason, day)
	limits[0].Paid = true
	return limits
}

func modelLimit(reason string, wait time.Duration) []account.Limit {
	return []account.Limit{{
		Scope: account.ScopeModel, Model: model, Source: account.FromHeader, Reason: reason, SeenAt: fixture.Now(), Until: fixture.Now().Add(wait),
	}}
}

type verdict struct {
	kind   account.Kind
	class  account.Class
	code   string
	url    string
	limits []account.Limit
	// tier is what the request asked for.
	tier string
	wait time.Duration
}

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// quotaLimit is one whose end the error told in words.
func quotaLimit(reason string, wait time.Duration) account.Limit {
	return account.Limit{
		Scope: account.ScopeAccount, Source: account.FromBody, Reason: reason, SeenAt: fixture.Now(), Until: fixture.Now().Add(wait),
	}
}

func verdicts() map[string]verdict {
	limited := func(code string, limits []account.Limit) verdict {
		return verdict{class: account.ClassLimited, code: code, limits: limits}
	}
	byKey := func(v verdict) verdict {
		v.kind = account.APIKey
		return v
	}
	denied := func(class account.Class) verdict { return verdict{class: class, code: "permission_error"} }
	owners := func(code string) verdict { return limited(code, ownersLimit(code)) }
	rate := func(limits []account.Limit) verdict { return limited("rate_limit_error", limits) }
	return map[string]verdict{
		"200-usual":        {},
		"200-subscription": {},
		"200-overdrawn":    {},
		"200-billed":       {limits: paidLimit("overage")},
		"200-key":          {kind: account.APIKey},

		"200-extra-usage":   {limits: marked(windowLimit("5h", time.Hour), asPaid)},
		"200-overage-used":  {limits: paidLimit("overage")},
		"200-included":      {},
		"200-other-family":  {},
		"200-key-and-claim": {kind: account.APIKey},

		"400-credit":                owners("credit_balance_too_low"),
		"400-extra-usage":           owners("out_of_extra_usage"),
		"400-extra-usage-curly":     owners("out_of_extra_usage"),
		"400-extra-usage-workspace": owners("out_of_extra_usage"),
		"400-third-party":           owners("extra_usage_needed"),
		"400-disabled":              owners("organization_disabled"),
		"400-disabled-and-full":     limited("organization_disabled", windowLimit("7d", 2*day)),
		"400-api-limit":             limited("api_usage_limit", []account.Limit{quotaLimit("api_usage_limit", 3*time.Hour)}),
		"400-long-context":          {class: account.ClassCaller, code: "long_context_unavailable"},
		"400-quotes-a-phrase":       {class: account.ClassCaller, code: "invalid_request_error"},
		"400-page":                  {class: account.ClassCaller},
		"400-should-retry":          {class: account.ClassRetry, code: "invalid_request_error"},
		"401-invalid":               {class: account.ClassUnauthorized, code: "authentication_error"},
		"401-organization":          owners("oauth_org_not_allowed"),
		"401-no-logins":             {class: account.ClassCaller, code: "oauth_not_supported"},
		"402-billing":               owners("billing_error"),
		"402-long-context":          {class: account.ClassCaller, code: "extra_usage_required"},
		"402-empty":                 limited("", ownersLimit("payment_required")),
		"408-timeout":               {class: account.ClassRetry, code: "timeout_error", wait: 3 * time.Second},
		"404-model":                 {class: account.ClassCaller, code: "not_found_error"},
		"413-too-large":             {class: account.ClassCaller, code: "request_too_large"},

		"403-revoked":           denied(account.ClassRevoked),
		"403-revoked-elsewhere": denied(account.ClassForbidden),
		"403-organization":      owners("oauth_org_not_allowed"),
		"403-organization-code": owners("oauth_org_not_allowed"),
		"403-entitlement":       limited("model_not_allowed", ofModel(ownersLimit("model_not_allowed"))),
		"403-verification":      {class: account.ClassVerification, code: "permission_error", url: "https://claude.ai/verify?ref=abc"},
		"403-scope":             denied(account.ClassForbidden),
		"403-challenge":         {class: account.ClassChallenge},
		"403-page-says-revoked": {class: account.ClassChallenge},

		"429-session":      rate(windowLimit("5h", 2094*time.Second)),
		"429-week":         rate(windowLimit("7d", 2*day)),
		"429-both":         rate(windowLimit("7d", 2*day)),
		"429-burst":        rate(accountLimit("rate_limit_error", 5*time.Second)),
		"429-burst-date":   rate(accountLimit("rate_limit_error", 20*time.Second)),
		"429-claim-only":   rate(windowLimit("5h", time.Hour)),
		"429-status-only":  rate(windowLimit("unified", time.Hour)),
		"429-reset-passed": rate(accountLimit("rate_limit_error", 7*time.Second)),
		"429-overage":      rate(paidLimit("overage")),
		"429-credits":      rate(paidLimit("overage")),
		"429-bare":         rate(nil),
		"429-page":         limited("", nil),

		// What no server should send.
		"429-century":    rate(windowLimit("5h", week)),
		"429-duplicates": rate(accountLimit("rate_limit_error", 20*time.Second)),
		"429-truncated":  limited("", nil),
		"403-problem":    {class: account.ClassForbidden},

		"429-model":             rate(modelWindow("Overage included 7d", 14*time.Hour)),
		"429-model-no-reset":    rate(modelWindow("Overage included 7d", 121180*time.Second)),
		"429-model-and-session": rate(append(windowLimit("5h", time.Hour), modelWindow("Sonnet 7d", 14*time.Hour)...)),
		"429-family-unclaimed":  rate(modelWindow("Opus 7d", 14*time.Hour)),
		"429-new-window":        rate(windowLimit("30d", 6*day)),
		"429-new-claim":         rate(windowLimit("monthly", day)),

		"429-long-context":   {class: account.ClassCaller, code: "extra_usage_required"},
		"429-long-minute":    {class: account.ClassCaller, code: "long_context_limit"},
		"429-fast":           {class: account.ClassCaller, code: "fast_mode_limit", tier: "fast", limits: tierLimit(account.FromHeader, time.Minute)},
		"429-fast-unasked":   {class: account.ClassCaller, code: "fast_mode_limit"},
		"429-fast-bucket":    {class: account.ClassCaller, code: "fast_mode_limit", tier: "fast", limits: tierLimit(account.FromBody, 0)},
		"429-fast-and-plan":  {class: account.ClassLimited, code: "rate_limit_error", tier: "fast", limits: windowLimit("5h", time.Hour)},
		"429-key-no-model":   byKey(limited("model_not_allowed", ofModel(ownersLimit("model_not_allowed")))),
		"429-of-the-minute":  byKey(rate(modelLimit("rate_limit_error", 12*time.Second))),
		"429-asks-for-retry": rate(nil),

		"429-key":       byKey(rate(modelLimit("tokens", 45*time.Second))),
		"429-key-burst": byKey(rate(modelLimit("rate_limit_error", 12*time.Second))),

		"500-error":      {class: account.ClassServerError, code: "api_error"},
		"502-page":       {class: account.ClassServerError},
		"529-overloaded": {class: account.ClassOverloaded, code: "overloaded_error"},
		"529-wait":       {class: account.ClassOverloaded, code: "overloaded_error", wait: 20 * time.Second},
	}
}

func TestClassifyRecordedAnswers(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	want, names := verdicts(), fixture.Names(t)
	if len(want) != len(names) {
		t.Errorf("%d verdicts for %d answers", len(want), len(names))
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			w, known := want[name]
			if !known {
				t.Fatal("no verdict is expected of this answer")
			}
			got := p.Classify(fixture.Read(t, name, w.kind, account.Tiered(model, w.tier)))
			if got.Class != w.class || got.Code != w.code || got.URL != w.url || got.RetryAfter != w.wait {
				t.Errorf("got %v %q %q %v, want %v %q %q %v", got.Class, got.Code, got.URL, got.RetryAfter, w.class, w.code, w.url, w.wait)
			}
			if !slices.Equal(got.Limits, w.limits) {
				t.Errorf("limits\n got %+v\nwant %+v", got.Limits, w.limits)
			}
		})
	}
}

// A window of some models never limits the others, even when nobody knows which
// model was asked for.
func TestLimitOfAnUnknownModel(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	family := modelWindow("Overage included 7d", 14*time.Hour)
	family[0].Model = "overage_included"
	for name, want := range map[string][]account.Limit{
		"429-model":             family,
		"429-model-and-session": windowLimit("5h", time.Hour),
	} {
		if got := p.Classify(fixture.Read(t, name, account.OAuth, "")); !slices.Equal(got.Limits, want) {
			t.Errorf("%s: limits\n got %+v\nwant %+v", name, got.Limits, want)
		}
	}
	got := p.Classify(fixture.Read(t, "429-key", account.APIKey, ""))
	if want := accountLimit("tokens", 45*time.Second); !slices.Equal(got.Limits, want) {
		t.Errorf("429-key: limits\n got %+v\nwant %+v", got.Limits, want)
	}
}

func TestClaimsThatSpendMoney(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	for claim, spends := range map[string]bool{
		"api": true, "api_key": true, "overage": true, "overage_extra": true, "prepaid_credit_pool": true, "sdk": true, "sdk_pool": true,
		"five_hour": false, "seven_day": false, "seven_day_overage_included": false, "apis": false, "": false,
	} {
		a := fixture.Read(t, "200-usual", account.OAuth, model)
		a.Header.Set("anthropic-ratelimit-unified-representative-claim", claim)
		var want []account.Limit
		if spends {
			want = paidLimit(claim)
		}
		if got := p.Classify(a); !slices.Equal(got.Limits, want) || got.Class != account.ClassSuccess {
			t.Errorf("claim %q: %v with limits %+v, want %+v", claim, got.Class, got.Limits, want)
		}
		a.Kind = account.APIKey
		if got := p.Classify(a); got.Limits != nil {
			t.Errorf("claim %q of a key: limits %+v", claim, got.Limits)
		}
	}
}

func TestUsageInHeaders(t *testing.T) {
	in := func(d time.Duration) time.Time { return fixture.Now().Add(d) }
	window := func(name string, used float64, length time.Duration, reset time.Time) account.UsageWindow {
		return account.UsageWindow{Name: name, Utilization: used, Length: length, ResetAt: reset, SeenAt: fixture.Now()}
	}
	soft := func(w account.UsageWindow) account.UsageWindow {
		w.Soft, w.Partial = true, true
		return w
	}
	p := anthropic.New(anthropic.Options{})
	for name, want := range map[string][]account.UsageWindow{
		"200-usual":        nil,
		"200-subscription": {window("5h", 42, 5*time.Hour, in(2*time.Hour)), window("7d", 94, week, in(3*day))},
		"200-overdrawn":    {window("5h", 102, 5*time.Hour, time.Time{})},
		"200-key": {
			window("requests", 2, 0, in(2*time.Second)),
			window("tokens", 100*10000.0/48000, 0, in(15*time.Second)),
			window("input-tokens", 25, 0, in(15*time.Second)),
			window("output-tokens", 0, 0, time.Time{}),
		},
		"429-family-unclaimed": {
			window("5h", 3, 5*time.Hour, in(2*time.Hour)), soft(window("Opus 7d", 100, week, in(14*time.Hour))),
		},
		"429-session": {window("5h", 100, 5*time.Hour, in(2094*time.Second)), window("7d", 59, week, in(day))},
	} {
		got := p.Classify(fixture.Read(t, name, account.OAuth, model))
		if !slices.Equal(got.Usage, want) {
			t.Errorf("%s: usage\n got %+v\nwant %+v", name, got.Usage, want)
		}
	}
}

func TestHostileFiguresAreIgnored(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	for _, figure := range []string{"NaN", "-1", "1e308", "0x1p4", "Inf", "half", strings.Repeat("9", 307), strings.Repeat("9", 400)} {
		a := fixture.Read(t, "200-usual", account.OAuth, model)
		a.Header.Set("anthropic-ratelimit-unified-5h-utilization", figure)
		a.Header.Set("anthropic-ratelimit-requests-limit", figure)
		a.Header.Set("anthropic-ratelimit-requests-remaining", "1")
		if got := p.Classify(a); got.Usage != nil {
			t.Errorf("figure %q: usage %+v", figure, got.Usage)
		}
	}
}

func TestClassifySuccessDoesNotAllocate(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	a := fixture.Read(t, "200-usual", account.OAuth, model)
	if n := testing.AllocsPerRun(100, func() { p.Classify(a) }); n != 0 {
		t.Errorf("a success without figures costs %v allocations", n)
	}
}

func FuzzClassify(f *testing.F) {
	for _, name := range fixture.Names(f) {
		a := fixture.Read(f, name, account.OAuth, model)
		f.Add(a.Status, a.Header.Get("anthropic-ratelimit-unified-representative-claim"),
			a.Header.Get("anthropic-ratelimit-unified-5h-reset"), a.Header.Get("retry-after"), a.Body)
	}
	p := anthropic.New(anthropic.Options{})
	f.Fuzz(func(t *testing.T, status int, claim, reset, wait string, body []byte) {
		a := providers.Answer{Status: status, Body: body, Now: fixture.Now(), Header: map[string][]string{
			"Anthropic-Ratelimit-Unified-Status":               {"rejected"},
			"Anthropic-Ratelimit-Unified-5h-Status":            {"rejected"},
			"Anthropic-Ratelimit-Unified-5h-Reset":             {reset},
			"Anthropic-Ratelimit-Unified-5h-Utilization":       {reset},
			"Anthropic-Ratelimit-Unified-Representative-Claim": {claim},
			"Anthropic-Ratelimit-Tokens-Limit":                 {claim},
			"Anthropic-Ratelimit-Tokens-Remaining":             {reset},
			"Anthropic-Ratelimit-Tokens-Reset":                 {wait},
			"Retry-After":                                      {wait},
		}}
		got := p.Classify(a)
		fixture.CheckUsage(t, got.Usage)
		for _, limit := range got.Limits {
			if d := limit.Until.Sub(a.Now); !limit.Until.IsZero() && (d <= 0 || d > week) {
				t.Errorf("a limit of %v", d)
			}
		}
	})
}

func BenchmarkClassify(b *testing.B) {
	p := anthropic.New(anthropic.Options{})
	for _, name := range []string{"200-usual", "200-subscription", "429-session"} {
		a := fixture.Read(b, name, account.OAuth, model)
		b.Run("answer="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Classify(a)
			}
		})
	}
}
