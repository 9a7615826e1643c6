package openai_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/fixture"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

const model = "gpt-model-1"

// limit holds from when the answer was recorded, for the account.
func limit(source account.Source, reason string, wait time.Duration) []account.Limit {
	return []account.Limit{{
		Scope: account.ScopeAccount, Source: source, Reason: reason, SeenAt: fixture.Now(), Until: fixture.Now().Add(wait),
	}}
}

// ofModel makes a limit one of the model.
func ofModel(limits []account.Limit) []account.Limit {
	for i := range limits {
		limits[i].Scope, limits[i].Model = account.ScopeModel, model
	}
	return limits
}

// windowLimit is one by a window of the account.
func windowLimit(name string, wait time.Duration) []account.Limit {
	limits := limit(account.FromHeader, name, wait)
	limits[0].Window = true
	return limits
}

// planLimit is one by the plan, as the error's body tells it.
func planLimit(code string, wait time.Duration) []account.Limit {
	limits := limit(account.FromBody, code, wait)
	limits[0].Window = true
	return limits
}

// endless has no end that anybody told.
func endless(code string) []account.Limit {
	return []account.Limit{{Scope: account.ScopeAccount, Source: account.FromBody, Reason: code, SeenAt: fixture.Now()}}
}

func ofOwner(limits []account.Limit) []account.Limit {
	limits[0].Owner = true
	return limits
}

func asPaid(limits []account.Limit) []account.Limit {
	for i := range limits {
		limits[i].Paid = true
	}
	return limits
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

const week = 7 * 24 * time.Hour

func verdicts() map[string]verdict {
	limited := func(code string, limits []account.Limit) verdict {
		return verdict{class: account.ClassLimited, code: code, limits: limits}
	}
	owners := func(code string) verdict { return limited(code, ofOwner(endless(code))) }
	byKey := func(v verdict) verdict {
		v.kind = account.APIKey
		return v
	}
	return map[string]verdict{
		"200-usual":        {},
		"200-codex":        {},
		"200-codex-weekly": {},
		"200-key":          {kind: account.APIKey},
		"200-credits":      {limits: asPaid(windowLimit("5h", 9000*time.Second))},
		"200-unlimited":    {limits: asPaid(windowLimit("7d", 2*24*time.Hour))},
		"200-no-credits":   {},
		"200-spark-full":   {},
		"200-spark-paid":   {limits: asPaid(ofModel(windowLimit("GPT-5.3-Codex-Spark 7d", 457949*time.Second)))},

		"400-invalid":     {class: account.ClassCaller, code: "invalid_value"},
		"400-detail":      {class: account.ClassCaller},
		"401-invalidated": {class: account.ClassUnauthorized, code: "token_invalidated"},
		"401-expired":     {class: account.ClassUnauthorized, code: "token_expired"},
		"401-deactivated": {class: account.ClassRevoked, code: "account_deactivated"},
		"402-workspace":   owners("deactivated_workspace"),
		"402-empty":       limited("", ofOwner(endless("payment_required"))),

		"400-chatgpt-model":        limited("model_not_supported", ofModel(ofOwner(endless("model_not_supported")))),
		"400-chatgpt-model-detail": limited("model_not_supported", ofModel(ofOwner(endless("model_not_supported")))),
		"400-quotes-a-phrase":      {class: account.ClassCaller, code: "invalid_request_error"},
		"400-page":                 {class: account.ClassCaller},
		"400-billing":              byKey(owners("billing_hard_limit_reached")),
		"403-quota":                limited("quota_exceeded", endless("quota_exceeded")),
		"403-project-model":        byKey(limited("model_not_found", ofModel(ofOwner(endless("model_not_found"))))),
		"404-model":                byKey(limited("model_not_found", ofModel(ofOwner(endless("model_not_found"))))),
		"404-usage":                limited("usage_limit_reached", planLimit("usage_limit_reached", 2*time.Hour)),
		"404-path":                 {class: account.ClassCaller, code: "not_found"},
		"408-timeout":              {class: account.ClassRetry, code: "request_timeout"},
		"409-final":                {class: account.ClassCaller, code: "conflict"},
		"409-wait":                 {class: account.ClassRetry, code: "conflict", wait: 4 * time.Second},
		"429-not-active":           byKey(owners("billing_not_active")),

		"403-revoked":          {class: account.ClassRevoked, code: "token_revoked"},
		"403-deactivated":      {class: account.ClassRevoked, code: "account_deactivated"},
		"403-revoked-in-words": {class: account.ClassForbidden, code: "invalid_request_error"},
		"403-organization":     {class: account.ClassOrganization, code: "mismatched_organization"},
		"403-unverified":       {class: account.ClassOrganization, code: "invalid_request_error"},
		"403-verification": {
			class: account.ClassVerification, code: "invalid_request_error",
			url: "https://platform.openai.com/settings/organization/general",
		},
		"403-entitlement": owners("usage_not_included"),
		"403-model":       {class: account.ClassEntitlement, code: "model_not_found"},
		"403-region":      {class: account.ClassForbidden, code: "unsupported_country_region_territory"},
		"403-challenge":   {class: account.ClassChallenge},

		"429-primary":       limited("usage_limit_reached", windowLimit("5h", 13873*time.Second)),
		"429-both":          limited("usage_limit_reached", windowLimit("7d", 316705*time.Second)),
		"429-reset-at-only": limited("usage_limit_reached", windowLimit("primary", time.Hour)),
		"429-body":          limited("usage_limit_reached", planLimit("usage_limit_reached", 602000*time.Second)),
		"429-burst":         limited("rate_limit_exceeded", limit(account.FromHeader, "rate_limit_exceeded", 9*time.Second)),
		"429-quota":         limited("insufficient_quota", endless("insufficient_quota")),
		"429-not-included":  owners("usage_not_included"),

		"429-free-plan":         limited("usage_limit_reached", windowLimit("7d", 471285*time.Second)),
		"429-plan-alone":        limited("usage_limit_reached", planEndless()),
		"429-nearly-full":       limited("usage_limit_reached", []account.Limit{namedByBody("7d", 300000*time.Second)}),
		"429-credits-depleted":  owners("workspace_member_credits_depleted"),
		"429-credits-in-words":  owners("workspace_credits_depleted"),
		"429-credits-object":    owners("workspace_owner_credits_depleted"),
		"429-credits-header":    owners("workspace_owner_credits_depleted"),
		"429-credits-and-full":  limited("workspace_member_credits_depleted", windowLimit("5h", time.Hour)),
		"429-member-limit":      limited("workspace_member_usage_limit_reached", planLimit("workspace_member_usage_limit_reached", time.Hour)),
		"429-spark":             limited("usage_limit_reached", ofModel(windowLimit("GPT-5.3-Codex-Spark 7d", 457949*time.Second))),
		"429-spark-copied":      limited("usage_limit_reached", ofModel(windowLimit("GPT-5.3-Codex-Spark 7d", 457949*time.Second))),
		"429-spark-inactive":    limited("usage_limit_reached", ofModel(windowLimit("GPT-5.3-Codex-Spark 7d", 457949*time.Second))),
		"429-spark-and-plan":    limited("usage_limit_reached", append(windowLimit("5h", time.Hour), ofModel(windowLimit("GPT-5.3-Codex-Spark 7d", 457949*time.Second))...)),
		"429-luna-unsent":       limited("usage_limit_reached", ofModel(windowLimit("Luna 3h", time.Hour))),
		"429-luna-body":         limited("usage_limit_reached", ofModel(planLimit("usage_limit_reached", time.Hour))),
		"429-burst-beside-full": limited("rate_limit_exceeded", limit(account.FromHeader, "rate_limit_exceeded", 9*time.Second)),

		"429-too-large":    byKey(verdict{class: account.ClassCaller, code: "request_too_large"}),
		"429-over-limit":   byKey(verdict{class: account.ClassCaller, code: "request_too_large"}),
		"429-under-limit":  byKey(limited("rate_limit_exceeded", ofModel(limit(account.FromBody, "rate_limit_exceeded", 174*time.Millisecond)))),
		"429-flex":         byKey(verdict{class: account.ClassCaller, code: "resource_unavailable", tier: "flex", limits: tierLimit()}),
		"429-flex-unasked": byKey(verdict{class: account.ClassCaller, code: "resource_unavailable", tier: "priority"}),
		"429-azure":        byKey(limited("429", ofModel(limit(account.FromBody, "429", 33*time.Second)))),
		"429-retry-info":   byKey(limited("", ofModel(limit(account.FromBody, "body", time.Hour)))),
		"429-bare":         byKey(limited("rate_limit_exceeded", nil)),
		"429-bare-login":   limited("rate_limit_error", nil),
		// What no server should send.
		"429-century":    limited("usage_limit_reached", windowLimit("primary", week)),
		"429-duplicates": limited("rate_limit_exceeded", limit(account.FromHeader, "rate_limit_exceeded", 20*time.Second)),
		"429-truncated":  limited("", nil),
		"403-problem":    {class: account.ClassForbidden},
		"429-page":       limited("", limit(account.FromHeader, "retry_after", 20*time.Second)),

		"429-garbled-after": limited("usage_limit_reached", windowLimit("primary", time.Hour)),

		"429-slow-down": {class: account.ClassOverloaded, code: "slow_down"},

		"429-key":        byKey(limited("rate_limit_exceeded", ofModel(limit(account.FromHeader, "requests", 90*time.Second)))),
		"429-key-wait":   byKey(limited("rate_limit_exceeded", ofModel(limit(account.FromHeader, "rate_limit_exceeded", 1500*time.Millisecond)))),
		"429-quota-wait": byKey(limited("insufficient_quota", limit(account.FromHeader, "insufficient_quota", time.Minute))),

		"500-error":      {class: account.ClassServerError, code: "server_error"},
		"503-overloaded": {class: account.ClassOverloaded, code: "server_is_overloaded"},
		"503-page":       {class: account.ClassServerError},
	}
}

func TestClassifyRecordedAnswers(t *testing.T) {
	p := openai.New(openai.Options{})
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

// planEndless is a plan that is used up, nobody says until when.
func planEndless() []account.Limit {
	limits := endless("usage_limit_reached")
	limits[0].Window = true
	return limits
}

// namedByBody is a limit whose end the body told, and it is that of a window.
func namedByBody(name string, wait time.Duration) account.Limit { return planLimit(name, wait)[0] }

// tierLimit is one of a speed tier whose end nobody told.
func tierLimit() []account.Limit {
	limits := endless("resource_unavailable")
	limits[0].Scope, limits[0].Model = account.ScopeModel, account.Tiered(model, "flex")
	return limits
}

// A window of some models never limits the others, even when nobody knows which
// model was asked for.
func TestFamilyLimitOfAnUnknownModel(t *testing.T) {
	p := openai.New(openai.Options{})
	got := p.Classify(fixture.Read(t, "429-spark", account.OAuth, ""))
	want := windowLimit("GPT-5.3-Codex-Spark 7d", 457949*time.Second)
	want[0].Scope, want[0].Model = account.ScopeModel, "gpt-5.3-codex-spark"
	if !slices.Equal(got.Limits, want) {
		t.Errorf("limits\n got %+v\nwant %+v", got.Limits, want)
	}
}

// Money is the account's, whatever the model; only rates are the model's.
func TestKeyLimitWithoutAModelIsTheAccounts(t *testing.T) {
	p := openai.New(openai.Options{})
	got := p.Classify(fixture.Read(t, "429-key", account.APIKey, ""))
	if want := limit(account.FromHeader, "requests", 90*time.Second); !slices.Equal(got.Limits, want) {
		t.Errorf("limits\n got %+v\nwant %+v", got.Limits, want)
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
	bought := func(w account.UsageWindow) account.UsageWindow {
		w.Paid = true
		return w
	}
	p := openai.New(openai.Options{})
	for name, want := range map[string][]account.UsageWindow{
		"200-usual":        nil,
		"200-codex":        {window("5h", 42, 5*time.Hour, in(2*time.Hour)), window("7d", 94.5, week, in(486400*time.Second))},
		"200-codex-weekly": {window("7d", 37, week, in(24*time.Hour))},
		"200-spark-full": {
			window("5h", 0, 5*time.Hour, in(5*time.Hour)), window("7d", 4, week, in(517277*time.Second)),
			soft(window("GPT-5.3-Codex-Spark 5h", 0, 5*time.Hour, in(5*time.Hour))),
			soft(window("GPT-5.3-Codex-Spark 7d", 100, week, in(457949*time.Second))),
		},
		"200-credits":   {bought(window("5h", 100, 5*time.Hour, in(9000*time.Second))), window("7d", 60, week, in(300000*time.Second))},
		"429-free-plan": {window("7d", 100, week, in(471285*time.Second))},
		"429-spark-copied": {
			soft(window("GPT-5.3-Codex-Spark 7d", 100, week, in(457949*time.Second))),
		},
		"429-luna-unsent": {soft(window("Luna 3h", 100, 3*time.Hour, in(time.Hour)))},
		"200-key":         {window("requests", 0.2, 0, in(120*time.Millisecond)), window("tokens", 25, 0, in(6*time.Minute))},
	} {
		got := p.Classify(fixture.Read(t, name, account.OAuth, model))
		if !slices.Equal(got.Usage, want) {
			t.Errorf("%s: usage\n got %+v\nwant %+v", name, got.Usage, want)
		}
	}
}

func TestHostileFiguresAreIgnored(t *testing.T) {
	p := openai.New(openai.Options{})
	for _, figure := range []string{"NaN", "-1", "1e308", "0x1p4", "Inf", "half", strings.Repeat("9", 307), strings.Repeat("9", 400)} {
		a := fixture.Read(t, "200-usual", account.OAuth, model)
		a.Header.Set("x-codex-primary-used-percent", figure)
		a.Header.Set("x-ratelimit-limit-tokens", figure)
		a.Header.Set("x-ratelimit-remaining-tokens", "1")
		if got := p.Classify(a); got.Usage != nil {
			t.Errorf("figure %q: usage %+v", figure, got.Usage)
		}
	}
	a := fixture.Read(t, "200-codex", account.OAuth, model)
	a.Header.Set("x-codex-primary-window-minutes", strings.Repeat("9", 30))
	if got := p.Classify(a).Usage[0]; got.Length != 0 {
		t.Errorf("a window of %v", got.Length)
	}
}

func TestClassifySuccessDoesNotAllocate(t *testing.T) {
	p := openai.New(openai.Options{})
	a := fixture.Read(t, "200-usual", account.OAuth, model)
	if n := testing.AllocsPerRun(100, func() { p.Classify(a) }); n != 0 {
		t.Errorf("a success without figures costs %v allocations", n)
	}
}

func FuzzClassify(f *testing.F) {
	for _, name := range fixture.Names(f) {
		a := fixture.Read(f, name, account.OAuth, model)
		f.Add(a.Status, a.Header.Get("x-codex-primary-used-percent"), a.Header.Get("x-codex-primary-reset-at"),
			a.Header.Get("x-codex-primary-reset-after-seconds"), a.Header.Get("retry-after"), a.Body)
	}
	p := openai.New(openai.Options{})
	f.Fuzz(func(t *testing.T, status int, used, at, reset, wait string, body []byte) {
		a := providers.Answer{Status: status, Body: body, Now: fixture.Now(), Header: map[string][]string{
			"X-Codex-Primary-Used-Percent":        {used},
			"X-Codex-Primary-Reset-After-Seconds": {reset},
			"X-Codex-Primary-Window-Minutes":      {used},
			"X-Codex-Primary-Reset-At":            {at},
			"X-Ratelimit-Limit-Tokens":            {used},
			"X-Ratelimit-Remaining-Tokens":        {at},
			"X-Ratelimit-Reset-Tokens":            {reset},
			"X-Ratelimit-Remaining-Requests":      {"0"},
			"X-Ratelimit-Reset-Requests":          {reset},
			"Retry-After":                         {wait},
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
	p := openai.New(openai.Options{})
	for _, name := range []string{"200-usual", "200-codex", "429-primary"} {
		a := fixture.Read(b, name, account.OAuth, model)
		b.Run("answer="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Classify(a)
			}
		})
	}
}

// A success that the server counted for the plan is paid for all the same when
// the window is used up that is called by the model.
func TestPaidModelOfThePlan(t *testing.T) {
	p := openai.New(openai.Options{})
	for asked, want := range map[string]int{"gpt-5.3-codex-spark": 1, "gpt-5.3-codex": 0} {
		a := fixture.Read(t, "200-spark-paid", account.OAuth, asked)
		a.Header.Set("x-codex-active-limit", "codex")
		got := p.Classify(a).Limits
		if len(got) != want || want == 1 && (!got[0].Paid || got[0].Model != asked) {
			t.Errorf("%s: limits %+v", asked, got)
		}
	}
}
