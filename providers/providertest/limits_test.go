package providertest_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// wantHeaders checks the headers of an answer; "" means none.
func wantHeaders(t *testing.T, got answer, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if h := got.header.Get(name); h != value {
			t.Errorf("%s: %q, want %q", name, h, value)
		}
	}
}

func epoch(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func TestUnifiedWindows(t *testing.T) {
	srv, c := start(t)
	begun := c.Now()
	acct := srv.AddAccount(providertest.Account{Windows: []providertest.Window{
		{Name: "5h", Limit: 2}, {Name: "7d", Used: 95},
	}})
	http1 := client(t)
	fiveHours, week := epoch(begun.Add(5*time.Hour)), epoch(begun.Add(7*24*time.Hour))

	wantHeaders(t, do(t, http1, ask(t, srv, acct, question)), map[string]string{
		"anthropic-ratelimit-unified-status":               "allowed_warning",
		"anthropic-ratelimit-unified-reset":                week,
		"anthropic-ratelimit-unified-representative-claim": "seven_day",
		"anthropic-ratelimit-unified-5h-status":            "allowed",
		"anthropic-ratelimit-unified-5h-reset":             fiveHours,
		"anthropic-ratelimit-unified-5h-utilization":       "0.5",
		"anthropic-ratelimit-unified-7d-status":            "allowed_warning",
		"anthropic-ratelimit-unified-7d-utilization":       "0.96",
		"retry-after": "",
	})
	if got := do(t, http1, ask(t, srv, acct, question)); got.status != http.StatusOK {
		t.Errorf("the last one that fits got %d", got.status)
	}
	c.Add(time.Hour)
	got := do(t, http1, ask(t, srv, acct, question))
	if got.status != http.StatusTooManyRequests || got.text(t, "error", "type") != "rate_limit_error" {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	wantHeaders(t, got, map[string]string{
		"anthropic-ratelimit-unified-status":               "rejected",
		"anthropic-ratelimit-unified-reset":                fiveHours,
		"anthropic-ratelimit-unified-representative-claim": "five_hour",
		"anthropic-ratelimit-unified-5h-status":            "rejected",
		"anthropic-ratelimit-unified-5h-utilization":       "1",
		"anthropic-ratelimit-unified-7d-status":            "allowed_warning",
		"retry-after":                                      "14400",
	})
	c.Add(4 * time.Hour)
	if got := do(t, http1, ask(t, srv, acct, question)); got.status != http.StatusOK {
		t.Errorf("after the reset: %d", got.status)
	}
}

func TestTheLatestResetOfTheRejectingWindowsCounts(t *testing.T) {
	srv, c := start(t)
	acct := srv.AddAccount(providertest.Account{Windows: []providertest.Window{
		{Name: "7d", Used: 100}, {Name: "5h", Used: 100}, {Name: "7d_sonnet", Model: "sonnet", Used: 99, ResetAt: c.Now().Add(8 * 24 * time.Hour)},
	}})
	wantHeaders(t, do(t, client(t), ask(t, srv, acct, question)), map[string]string{
		"anthropic-ratelimit-unified-representative-claim": "seven_day",
		"anthropic-ratelimit-unified-7d_sonnet-status":     "",
		"retry-after": strconv.Itoa(7 * 24 * 3600),
	})
}

func TestWindowOfOneModel(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{Windows: []providertest.Window{
		{Name: "7d"}, {Name: "7d_sonnet", Model: "sonnet", Used: 100},
	}})
	sonnet := strings.Replace(question, "model-1", "claude-sonnet-9", 1)
	got := do(t, client(t), ask(t, srv, acct, sonnet))
	if got.status != http.StatusTooManyRequests || got.header.Get("anthropic-ratelimit-unified-representative-claim") != "seven_day_sonnet" {
		t.Errorf("got %d %v", got.status, got.header)
	}
	if got := do(t, client(t), ask(t, srv, acct, question)); got.status != http.StatusOK {
		t.Errorf("another model got %d", got.status)
	}
}

func TestCodexWindows(t *testing.T) {
	srv, c := start(t)
	acct := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Plan: "plus", Windows: []providertest.Window{
		{Name: "primary", Cost: 50}, {Name: "secondary", Used: 10}, {Name: "requests", Used: 100},
	}})
	reset := c.Now().Add(5 * time.Hour)
	c.Add(time.Hour)
	wantHeaders(t, do(t, client(t), ask(t, srv, acct, question)), map[string]string{
		"x-codex-primary-used-percent":          "50",
		"x-codex-primary-reset-after-seconds":   "14400",
		"x-codex-primary-reset-at":              epoch(reset),
		"x-codex-primary-window-minutes":        "300",
		"x-codex-secondary-used-percent":        "11",
		"x-codex-secondary-window-minutes":      "10080",
		"x-codex-plan-type":                     "plus",
		"x-codex-requests-used-percent":         "",
		"x-ratelimit-remaining-requests":        "",
		"x-codex-secondary-reset-after-seconds": strconv.Itoa(7*24*3600 - 3600),
	})
	do(t, client(t), ask(t, srv, acct, question))
	got := do(t, client(t), ask(t, srv, acct, question))
	if got.status != http.StatusTooManyRequests || got.text(t, "error", "type") != "usage_limit_reached" {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	if got.field(t, "error", "resets_at") != float64(reset.Unix()) || got.field(t, "error", "resets_in_seconds") != 14400.0 {
		t.Errorf("body %s", got.body)
	}
}

func TestWindowsOfKeys(t *testing.T) {
	srv, c := start(t)
	windows := []providertest.Window{{Name: "requests", Limit: 1}, {Name: "tokens", Limit: 1000, Cost: 14}}
	a := srv.AddAccount(providertest.Account{Windows: windows})
	o := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Windows: windows})
	reset := c.Now().Add(time.Minute)
	c.Add(500 * time.Millisecond)

	header := http.Header{"X-Api-Key": {a.APIKey()}}
	wantHeaders(t, askWith(t, srv.URL+"/v1/messages", header), map[string]string{
		"anthropic-ratelimit-requests-limit":     "1",
		"anthropic-ratelimit-requests-remaining": "0",
		"anthropic-ratelimit-requests-reset":     reset.Format(time.RFC3339),
		"anthropic-ratelimit-tokens-remaining":   "986",
		"anthropic-ratelimit-unified-status":     "",
	})
	got := askWith(t, srv.URL+"/v1/messages", header)
	wantHeaders(t, got, map[string]string{"retry-after": "60", "anthropic-ratelimit-tokens-remaining": "986"})

	header = http.Header{"Authorization": {"Bearer " + o.APIKey()}}
	wantHeaders(t, askWith(t, srv.URL+"/v1/responses", header), map[string]string{
		"x-ratelimit-limit-requests":     "1",
		"x-ratelimit-remaining-requests": "0",
		"x-ratelimit-reset-requests":     "59.5s",
		"x-ratelimit-remaining-tokens":   "986",
	})
	got = askWith(t, srv.URL+"/v1/responses", header)
	wantHeaders(t, got, map[string]string{"retry-after": "60", "retry-after-ms": "59500"})
	if got.status != http.StatusTooManyRequests || got.text(t, "error", "code") != "rate_limit_exceeded" ||
		!strings.Contains(got.text(t, "error", "message"), "try again in 59.5s") {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestWindowsByHand(t *testing.T) {
	srv, c := start(t)
	one := srv.AddAccount(providertest.Account{Windows: []providertest.Window{{Name: "5h"}}})
	two := srv.AddAccount(providertest.Account{Windows: []providertest.Window{{Name: "5h"}}})
	status := func(acct *providertest.AccountHandle) int {
		return do(t, client(t), ask(t, srv, acct, question)).status
	}

	one.SetUsed("5h", 100)
	two.SetUsed("5h", 100)
	if status(one) != http.StatusTooManyRequests {
		t.Error("an exhausted window served")
	}
	c.Add(time.Hour)
	one.ResetWindows()
	if status(one) != http.StatusOK || status(two) != http.StatusTooManyRequests {
		t.Error("ResetWindows should reset one account")
	}
	if w := one.Account().Windows[0]; w.Used != 1 || !w.ResetAt.Equal(c.Now().Add(5*time.Hour)) {
		t.Errorf("window %+v", w)
	}
	srv.ResetWindows()
	if status(two) != http.StatusOK {
		t.Error("the server's ResetWindows should reset every account")
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown window was accepted")
		}
	}()
	one.SetUsed("30d", 1)
}

func TestFormsOfA429(t *testing.T) {
	srv, accts := pair(t)
	now := newClock().Now()
	const wait = 90 * time.Second
	tests := map[string]struct {
		detail  providertest.LimitDetail
		headers map[string]string
		field   string // of the error
		value   any
	}{
		"seconds":   {providertest.RetryAfter(wait), map[string]string{"retry-after": "90"}, "", nil},
		"decimals":  {providertest.RetryAfter(1500 * time.Millisecond), map[string]string{"retry-after": "1.5"}, "", nil},
		"date":      {providertest.RetryAfterDate(wait), map[string]string{"retry-after": now.Add(wait).Format(http.TimeFormat)}, "", nil},
		"millis":    {providertest.RetryAfterMillis(wait), map[string]string{"retry-after-ms": "90000", "retry-after": ""}, "", nil},
		"resets at": {providertest.ResetsAt(wait), map[string]string{"retry-after": ""}, "resets_at", float64(now.Add(wait).Unix())},
		"resets in": {providertest.ResetsIn(wait), nil, "resets_in_seconds", 90.0},
		"any":       {providertest.LimitHeader("x-anything", "soon"), map[string]string{"x-anything": "soon"}, "", nil},
		"code":      {providertest.LimitCode("quota_exceeded"), nil, "type", "quota_exceeded"},
		"claim":     {providertest.LimitClaim("overage"), map[string]string{"anthropic-ratelimit-unified-representative-claim": "overage"}, "", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for flavour, acct := range accts {
				acct.Next(providertest.Limited(test.detail))
				got := do(t, client(t), ask(t, srv, acct, question))
				wantHeaders(t, got, test.headers)
				if got.status != http.StatusTooManyRequests {
					t.Errorf("%s: status %d", flavour, got.status)
				}
				if test.field != "" && got.field(t, "error", test.field) != test.value {
					t.Errorf("%s: %s", flavour, got.body)
				}
			}
		})
	}
}

func TestTryAgainInTheMessage(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.OpenAI]
	acct.Next(providertest.Limited(providertest.TryAgainIn(1500 * time.Millisecond)))
	got := do(t, client(t), ask(t, srv, acct, question))
	if message := got.text(t, "error", "message"); !strings.HasSuffix(message, "Please try again in 1.5s.") {
		t.Errorf("message %q", message)
	}
}

func TestScriptedWindows(t *testing.T) {
	srv, accts := pair(t)
	full := providertest.Limited(
		providertest.LimitWindows(
			providertest.Window{Name: "5h", Used: 100, Length: time.Hour},
			providertest.Window{Name: "7d", Used: 40},
		),
		providertest.LimitClaim("overage"),
	)
	a := accts[providertest.Anthropic]
	a.Next(full)
	wantHeaders(t, do(t, client(t), ask(t, srv, a, question)), map[string]string{
		"anthropic-ratelimit-unified-5h-status":            "rejected",
		"anthropic-ratelimit-unified-5h-reset":             epoch(newClock().Now().Add(time.Hour)),
		"anthropic-ratelimit-unified-7d-status":            "allowed",
		"anthropic-ratelimit-unified-7d-utilization":       "0.4",
		"anthropic-ratelimit-unified-representative-claim": "overage",
		"retry-after": "",
	})
	if w := a.Account().Windows; len(w) != 0 {
		t.Errorf("the answer's windows became the account's: %v", w)
	}
}
