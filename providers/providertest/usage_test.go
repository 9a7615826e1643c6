package providertest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestAnthropicUsage(t *testing.T) {
	srv, c := start(t)
	acct := srv.AddAccount(providertest.Account{Windows: []providertest.Window{
		{Name: "5h", Used: 37}, {Name: "7d", Limit: 3, Used: 1}, {Name: "requests", Used: 9},
	}})
	url := srv.Endpoints(providertest.Anthropic).UsageURL
	got := do(t, client(t), authorize(get(t, url), acct))
	if got.field(t, "five_hour", "utilization") != 37.0 || got.field(t, "seven_day", "utilization") != 33.33 {
		t.Errorf("body %s", got.body)
	}
	if at := got.text(t, "five_hour", "resets_at"); at != c.Now().Add(5*time.Hour).Format(time.RFC3339) {
		t.Errorf("resets at %q", at)
	}
	if got.field(t, "seven_day_sonnet") != nil || got.field(t, "requests") != nil {
		t.Errorf("windows that the plan does not have: %s", got.body)
	}
	c.Add(5 * time.Hour)
	if got := do(t, client(t), authorize(get(t, url), acct)); got.field(t, "five_hour", "utilization") != 0.0 {
		t.Errorf("after the reset: %s", got.body)
	}
}

func TestCodexUsage(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Plan: "pro", Windows: []providertest.Window{
		{Name: "primary", Used: 100}, {Name: "tokens", Used: 9},
	}})
	got := do(t, client(t), authorize(get(t, srv.Endpoints(providertest.OpenAI).UsageURL), acct))
	window := got.field(t, "rate_limit", "primary_window").(map[string]any)
	if got.text(t, "plan_type") != "pro" || window["used_percent"] != 100.0 || window["reset_after_seconds"] != 18000.0 {
		t.Errorf("body %s", got.body)
	}
	if got.field(t, "rate_limit", "limit_reached") != true || got.field(t, "rate_limit", "secondary_window") != nil {
		t.Errorf("body %s", got.body)
	}
}

func TestProfiles(t *testing.T) {
	srv, _ := start(t)
	a := srv.AddAccount(providertest.Account{Email: "a@example.com", Subject: "user-a", Organization: "org-a", Plan: "pro"})
	got := do(t, client(t), authorize(get(t, srv.Endpoints(providertest.Anthropic).ProfileURL), a))
	if got.text(t, "account", "email") != "a@example.com" || got.text(t, "account", "uuid") != "user-a" ||
		got.field(t, "account", "has_claude_pro") != true || got.field(t, "account", "has_claude_max") != false ||
		got.text(t, "organization", "uuid") != "org-a" {
		t.Errorf("body %s", got.body)
	}
	o := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "o@example.com"})
	got = do(t, client(t), authorize(get(t, srv.Endpoints(providertest.OpenAI).ProfileURL), o))
	if got.text(t, "email") != "o@example.com" {
		t.Errorf("body %s", got.body)
	}
}

func TestUsageAndProfileNeedCredentials(t *testing.T) {
	srv, accts := pair(t)
	for flavour, acct := range accts {
		at := srv.Endpoints(flavour)
		acct.Expire()
		for _, url := range []string{at.UsageURL, at.ProfileURL} {
			if got := do(t, client(t), get(t, url)); got.status != http.StatusUnauthorized {
				t.Errorf("%s without a token: %d", url, got.status)
			}
			if got := do(t, client(t), authorize(get(t, url), acct)); got.status != http.StatusUnauthorized {
				t.Errorf("%s with an expired token: %d", url, got.status)
			}
		}
	}
}
