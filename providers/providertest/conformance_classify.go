package providertest

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

const longestLimit = 7 * 24 * time.Hour

func classifyRules() []rule {
	return []rule{
		{"every status has its class", classifiesStatuses},
		{"a page says nothing about the login", classifiesPages},
		{"a 429 ends when its headers say", classifiesWaits},
		{"a 429 without an end has no limit", classifiesBareLimit},
		{"a limit lies ahead, and within a week", classifiesHostileWaits},
		{"an answer that asks for a retry says nothing of the account", classifiesRetries},
		{"a server in trouble is believed how long it needs", classifiesTrouble},
		{"a code is a word, never a message or a secret", classifiesEchoes},
		{"a success without figures costs nothing", classifiesWithoutAllocation},
		{"the same answer means the same again", classifiesPurely},
	}
}

// classified returns the verdict on an answer at a fixed time.
func (c Conformance) classified(status int, header http.Header, body string) account.Verdict {
	return c.detached().Classify(providers.Answer{
		Status: status, Header: header, Body: []byte(body), Kind: c.Kinds[0], Model: "model-1", Now: classifiedAt(),
	})
}

func classifiedAt() time.Time { return time.Date(2026, time.March, 25, 21, 0, 0, 0, time.UTC) }

func classifiesStatuses(t trial) {
	for class, statuses := range map[account.Class][]int{
		account.ClassSuccess:      {200, 201, 202, 204, 206, 301, 304, 307},
		account.ClassCaller:       {400, 404, 405, 406, 413, 415, 422, 431},
		account.ClassRetry:        {408, 409},
		account.ClassUnauthorized: {401},
		account.ClassForbidden:    {403},
		account.ClassLimited:      {429},
		account.ClassServerError:  {500, 502, 503, 504, 520, 599},
		account.ClassOverloaded:   {529},
	} {
		for _, status := range statuses {
			v := t.classified(status, nil, "")
			if v.Class != class || v.Status != status || v.Usage != nil || v.Limits != nil {
				t.Errorf("a bare %d: %+v, want %v alone", status, v, class)
			}
		}
	}
}

func classifiesPages(t trial) {
	page := "<!DOCTYPE html><html><body>Your access has been revoked. OAuth token has been revoked. " +
		"account_deactivated token_revoked invalid_grant. Verify at https://evil.example</body></html>"
	for status, want := range map[int]account.Class{
		http.StatusForbidden: account.ClassChallenge, http.StatusUnauthorized: account.ClassUnauthorized,
		http.StatusTooManyRequests: account.ClassLimited, http.StatusServiceUnavailable: account.ClassServerError,
	} {
		for _, kind := range []string{"text/html; charset=UTF-8", "application/json"} {
			v := t.classified(status, http.Header{"Content-Type": {kind}}, page)
			if v.Class != want || v.URL != "" || v.Code != "" || v.Limits != nil {
				t.Errorf("%d with a page as %s: %+v, want %v alone", status, kind, v, want)
			}
		}
	}
	marked := http.Header{"Cf-Mitigated": {"challenge"}, "Content-Type": {"application/json"}}
	if v := t.classified(http.StatusForbidden, marked, `{}`); v.Class != account.ClassChallenge {
		t.Errorf("403 with a firewall's mark: %v", v.Class)
	}
}

func classifiesWaits(t trial) {
	for name, header := range map[string]http.Header{
		"seconds":      {"Retry-After": {"90"}},
		"decimals":     {"Retry-After": {"90.0"}},
		"duration":     {"Retry-After": {"1m30s"}},
		"date":         {"Retry-After": {"Wed, 25 Mar 2026 21:01:30 GMT"}},
		"epoch":        {"Retry-After": {"1774472490"}},
		"milliseconds": {"Retry-After-Ms": {"90000"}, "Retry-After": {"5"}},
	} {
		v := t.classified(http.StatusTooManyRequests, header, "")
		if len(v.Limits) != 1 {
			t.Errorf("%s: limits %+v, want one", name, v.Limits)
			continue
		}
		l := v.Limits[0]
		if !l.Until.Equal(classifiedAt().Add(90*time.Second)) || !l.SeenAt.Equal(classifiedAt()) || l.Source == "" || l.Reason == "" {
			t.Errorf("%s: limit %+v, want one that ends in 90 s", name, l)
		}
		if (l.Scope == account.ScopeModel) != (l.Model == "model-1") || l.Scope == account.ScopeAccount && l.Model != "" {
			t.Errorf("%s: scope %q of model %q", name, l.Scope, l.Model)
		}
	}
}

func classifiesBareLimit(t trial) {
	for _, body := range []string{"", "{}", `{"error":{"type":"rate_limit_error","message":"Too many requests"}}`, "later"} {
		if v := t.classified(http.StatusTooManyRequests, nil, body); v.Class != account.ClassLimited || v.Limits != nil {
			t.Errorf("%q: %+v, want no limit", body, v)
		}
	}
}

func classifiesHostileWaits(t trial) {
	for _, wait := range []string{
		"0", "-1", "-90s", "NaN", "Inf", "1e308", "0x7f", strings.Repeat("9", 400), "99999999999999999999", "978307200",
		"1000000000", "9999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "5 fortnights", "\x00",
	} {
		for _, name := range limitHeaders() {
			header := http.Header{
				"Anthropic-Ratelimit-Unified-Status": {"rejected"}, "Anthropic-Ratelimit-Unified-5h-Status": {"rejected"},
				"Anthropic-Ratelimit-Requests-Remaining": {"0"}, "X-Codex-Primary-Used-Percent": {"100"}, "X-Ratelimit-Remaining-Tokens": {"0"},
			}
			header.Set(name, wait)
			body := fmt.Sprintf(`{"error":{"resets_in_seconds":%q,"resets_at":%q,"message":"try again in %s"}}`, wait, wait, wait)
			for _, l := range t.classified(http.StatusTooManyRequests, header, body).Limits {
				if d := l.Until.Sub(classifiedAt()); !l.Until.IsZero() && (d <= 0 || d > longestLimit) {
					t.Errorf("%s %q: a limit of %v", name, wait, d)
				}
			}
		}
	}
}

func classifiesRetries(t trial) {
	for answered, want := range map[string]map[int]account.Class{
		"true": {
			400: account.ClassRetry, 404: account.ClassRetry, 408: account.ClassRetry, 409: account.ClassRetry,
			401: account.ClassUnauthorized, 403: account.ClassForbidden, 429: account.ClassLimited,
		},
		"false": {400: account.ClassCaller, 408: account.ClassCaller, 409: account.ClassCaller, 429: account.ClassLimited},
	} {
		for status, class := range want {
			if v := t.classified(status, http.Header{"X-Should-Retry": {answered}}, `{"error":{"message":"m"}}`); v.Class != class || v.Limits != nil {
				t.Errorf("%d with x-should-retry %s: %+v, want %v", status, answered, v, class)
			}
		}
	}
}

func classifiesTrouble(t trial) {
	for _, status := range []int{408, 409, 500, 502, 503, 529} {
		for name, v := range map[string]account.Verdict{
			"header": t.classified(status, http.Header{"Retry-After": {"7"}}, ""),
			"body":   t.classified(status, nil, `{"error":{"message":"Please retry after 7 seconds."}}`),
		} {
			if v.RetryAfter != 7*time.Second || v.Limits != nil {
				t.Errorf("%d with a wait in its %s: %+v, want 7 s", status, name, v)
			}
		}
	}
}

// limitHeaders are the headers by which some provider says when a limit ends.
func limitHeaders() []string {
	return []string{
		"Retry-After", "Retry-After-Ms", "Anthropic-Ratelimit-Unified-5h-Reset", "Anthropic-Ratelimit-Unified-Reset",
		"Anthropic-Ratelimit-Requests-Reset", "X-Codex-Primary-Reset-After-Seconds", "X-Codex-Primary-Reset-At", "X-Ratelimit-Reset-Tokens",
	}
}

func classifiesEchoes(t trial) {
	for _, secret := range []string{"sk-ant-oat01-" + TokenMark, "Bearer abc", "two words", "line\nbreak", strings.Repeat("x", 5000)} {
		for _, status := range []int{400, 401, 403, 429, 500} {
			for _, form := range []string{`{"error":{"code":%[1]s,"type":%[1]s,"message":%[1]s}}`, `{"error":%s}`, `{"detail":%s}`, `%s`} {
				v := t.classified(status, nil, fmt.Sprintf(form, quote(secret)))
				if v.Code != "" {
					t.Errorf("%d: the code is %q", status, v.Code)
				}
				for _, l := range v.Limits {
					if strings.Contains(l.Reason, secret) {
						t.Errorf("%d: the reason is %q", status, l.Reason)
					}
				}
			}
		}
	}
}

func classifiesWithoutAllocation(t trial) {
	p := t.detached()
	a := providers.Answer{
		Status: http.StatusOK, Kind: t.Kinds[0], Model: "model-1", Now: classifiedAt(),
		Header: http.Header{
			"Content-Type": {"text/event-stream"}, "Date": {"Wed, 25 Mar 2026 21:00:00 GMT"}, "Server": {"cloudflare"},
			"X-Request-Id": {"req_1"}, "Cf-Ray": {"8f0000000000f00d-FRA"}, "Cache-Control": {"no-cache"}, "Vary": {"Accept-Encoding"},
		},
	}
	if n := testing.AllocsPerRun(100, func() { p.Classify(a) }); n != 0 {
		t.Errorf("Classify allocates %v times", n)
	}
}

func classifiesPurely(t trial) {
	p := t.detached()
	for status := range 600 {
		header := http.Header{"Retry-After": {"5"}, "Content-Type": {"application/json"}}
		body := `{"error":{"code":"rate_limit_exceeded","message":"try again in 9s"}}`
		a := providers.Answer{Status: status, Header: header, Body: []byte(body), Kind: t.Kinds[0], Now: classifiedAt()}
		first, second := p.Classify(a), p.Classify(a)
		if !reflect.DeepEqual(first, second) {
			t.Errorf("%d: %+v, then %+v", status, first, second)
		}
		if string(a.Body) != body || len(header) != 2 || header.Get("Retry-After") != "5" {
			t.Errorf("%d: the answer was changed", status)
		}
	}
}
