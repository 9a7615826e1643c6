package providertest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// What the fake says of an account, in the words of the field.
func TestAccountRefusals(t *testing.T) {
	srv, accts := pair(t)
	c := client(t)
	for name, test := range map[string]struct {
		answer            providertest.Answer
		anthropic, openai int
		says              [2]string
	}{
		"no credit":     {providertest.NoCredit(), 400, 429, [2]string{"credit balance is too low", "billing_hard_limit_reached"}},
		"disabled":      {providertest.OrganizationDisabled(), 400, 402, [2]string{"organization has been disabled", "deactivated_workspace"}},
		"without model": {providertest.PlanWithoutModel(), 403, 400, [2]string{"not available with the", "not supported when using Codex"}},
		"too much":      {providertest.TooMuchAtOnce(), 429, 429, [2]string{"long context", "Request too large"}},
		"tier":          {providertest.TierUsedUp(), 429, 429, [2]string{"fast mode", "resource_unavailable"}},
		"try again":     {providertest.TryAgain(409), 409, 409, [2]string{"try again", "try again"}},
		"any":           {providertest.Refused(418, providertest.Refusal{Kind: "k", Message: "m"}), 418, 418, [2]string{`"m"`, `"k"`}},
		"detail":        {providertest.Detail(404, "nothing here"), 404, 404, [2]string{`{"detail":"nothing here"}`, `{"detail":"nothing here"}`}},
	} {
		srv.Script(providertest.Match{}, test.answer, test.answer)
		for i, flavour := range []providertest.Flavour{providertest.Anthropic, providertest.OpenAI} {
			got := do(t, c, ask(t, srv, accts[flavour], question))
			if want := []int{test.anthropic, test.openai}[i]; got.status != want || !strings.Contains(got.body, test.says[i]) {
				t.Errorf("%s of %s: %d %s, want %d with %q", name, flavour, got.status, got.body, want, test.says[i])
			}
			if again := got.header.Get("X-Should-Retry"); (again == "true") != (name == "try again") {
				t.Errorf("%s: x-should-retry %q", name, again)
			}
		}
	}
}

func TestCodexFamilyWindows(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, PaidUse: true, Windows: []providertest.Window{
		{Name: "primary", Used: 10}, {Name: "secondary", Family: "bengalfox", Label: "Spark", Model: "spark", Used: 100},
	}})
	got := do(t, client(t), ask(t, srv, acct, question))
	for header, want := range map[string]string{
		"x-codex-active-limit": "premium", "x-codex-primary-used-percent": "11", "x-codex-credits-has-credits": "True",
		"x-codex-bengalfox-limit-name": "Spark", "x-codex-bengalfox-secondary-used-percent": "100",
		"x-codex-bengalfox-secondary-window-minutes": "10080",
	} {
		if got.header.Get(header) != want {
			t.Errorf("%s: %q, want %q", header, got.header.Get(header), want)
		}
	}
	spark := do(t, client(t), ask(t, srv, acct, strings.ReplaceAll(question, "model-1", "spark-1")))
	if spark.status != http.StatusOK || spark.header.Get("x-codex-active-limit") != "codex_bengalfox" {
		t.Errorf("spark at the owner's expense: %d %v", spark.status, spark.header)
	}
	usage := do(t, client(t), authorize(get(t, srv.Endpoints(providertest.OpenAI).UsageURL), acct))
	more := usage.field(t, "additional_rate_limits").([]any)
	if len(more) != 1 || usage.field(t, "credits", "has_credits") != true || !strings.Contains(usage.body, `"limit_name":"Spark"`) {
		t.Errorf("usage %s", usage.body)
	}
}

func TestAnthropicPaidUse(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{PaidUse: true, Windows: []providertest.Window{
		{Name: "5h", Used: 100}, {Name: "7d_fable", Label: "Fable", Model: "fable", Used: 7, Length: time.Hour},
	}})
	got := do(t, client(t), ask(t, srv, acct, question))
	const unified = "anthropic-ratelimit-unified-"
	if got.status != http.StatusOK || got.header.Get(unified+"5h-status") != "rejected" || got.header.Get(unified+"overage-in-use") != "true" {
		t.Errorf("%d %v", got.status, got.header)
	}
	usage := do(t, client(t), authorize(get(t, srv.Endpoints(providertest.Anthropic).UsageURL), acct))
	if usage.field(t, "extra_usage", "is_enabled") != true || !strings.Contains(usage.body, `"display_name":"Fable"`) {
		t.Errorf("usage %s", usage.body)
	}
}
