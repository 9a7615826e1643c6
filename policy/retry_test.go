package policy_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

type step struct {
	class account.Class
	kind  account.Kind
	want  policy.Step
	wait  time.Duration
	// asked is how long the provider in trouble asked to wait.
	asked time.Duration
}

func TestRetryPlan(t *testing.T) {
	const most = 0.999999
	tests := map[string][]step{
		"success": {{class: account.ClassSuccess, want: policy.Return}},
		"401, twice": {
			{class: account.ClassUnauthorized, want: policy.RefreshAccount},
			{class: account.ClassUnauthorized, want: policy.NextAccount},
			{class: account.ClassUnauthorized, want: policy.RefreshAccount},
		},
		"401 of a key":   {{class: account.ClassUnauthorized, kind: account.APIKey, want: policy.NextAccount}},
		"429":            {{class: account.ClassLimited, want: policy.NextAccount}},
		"revoked":        {{class: account.ClassRevoked, want: policy.NextAccount}},
		"caller's fault": {{class: account.ClassCaller, want: policy.Return}},
		"entitlement":    {{class: account.ClassEntitlement, want: policy.Return}},
		"verification":   {{class: account.ClassVerification, want: policy.Return}},
		"organization":   {{class: account.ClassOrganization, want: policy.Return}},
		"challenge":      {{class: account.ClassChallenge, want: policy.NextAccount}},
		"cancelled":      {{class: account.ClassCancelled, want: policy.Return}},
		"5xx": {
			{class: account.ClassServerError, want: policy.SameAccount, wait: time.Second},
			{class: account.ClassOverloaded, want: policy.SameAccount, wait: 2 * time.Second},
			{class: account.ClassNetwork, want: policy.NextAccount},
			{class: account.ClassNetwork, want: policy.SameAccount, wait: time.Second},
		},
		"try again": {
			{class: account.ClassRetry, want: policy.SameAccount, wait: time.Second},
			{class: account.ClassRetry, want: policy.SameAccount, wait: 2 * time.Second},
			{class: account.ClassRetry, want: policy.NextAccount},
		},
		"5xx that say when": {
			{class: account.ClassServerError, asked: 20 * time.Second, want: policy.SameAccount, wait: 20 * time.Second},
			{class: account.ClassServerError, asked: time.Second, want: policy.SameAccount, wait: 2 * time.Second},
			{class: account.ClassServerError, asked: time.Second, want: policy.NextAccount},
		},
		"5xx that ask for too much": {
			{class: account.ClassServerError, asked: 31 * time.Second, want: policy.NextAccount},
			{class: account.ClassServerError, asked: 30 * time.Second, want: policy.SameAccount, wait: 30 * time.Second},
			{class: account.ClassServerError, asked: time.Second, want: policy.NextAccount},
		},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			plan := policy.NewRetryPlan(3, 0, 30*time.Second, true)
			for i, s := range steps {
				got, wait := plan.Next(&account.Verdict{Class: s.class, RetryAfter: s.asked}, s.kind, most)
				if got != s.want || wait.Round(time.Millisecond) != s.wait {
					t.Errorf("step %d after %v: %d after %v, want %d after %v", i, s.class, got, wait, s.want, s.wait)
				}
			}
		})
	}
}

// However it goes, a request has no more attempts than it may.
func TestRetryPlanIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		accounts := rapid.IntRange(0, 200).Draw(t, "accounts")
		lower := rapid.IntRange(0, 20).Draw(t, "lower")
		replayable := rapid.Bool().Draw(t, "replayable")
		plan := policy.NewRetryPlan(accounts, lower, time.Minute, replayable)
		attempts, waited := 1, time.Duration(0)
		for {
			v := account.Verdict{
				Class:      account.Class(rapid.Uint8Range(0, uint8(account.ClassRetry)).Draw(t, "class")),
				RetryAfter: time.Duration(rapid.IntRange(0, 100).Draw(t, "asked")) * time.Second,
			}
			s, wait := plan.Next(&v, account.OAuth, rapid.Float64Range(0, 0.99).Draw(t, "jitter"))
			if waited += wait; wait < 0 || waited > time.Minute+time.Duration(attempts)*2*time.Second {
				t.Fatalf("waits %v", wait)
			}
			if s == policy.Return {
				break
			}
			attempts++
		}
		if allowed := allowedAttempts(accounts, lower, replayable); attempts > allowed {
			t.Fatalf("%d attempts, %d allowed", attempts, allowed)
		}
	})
}

func allowedAttempts(accounts, lower int, replayable bool) int {
	allowed := max(6, 3*accounts)
	if accounts > 10 {
		allowed = 10
	}
	if lower > 0 && lower < allowed {
		allowed = lower
	}
	if !replayable {
		return 1
	}
	return allowed
}
