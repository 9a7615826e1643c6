package policy_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// What limits a tier limits no other request; what limits a model limits its
// tiers, too.
func TestTiersCoolApart(t *testing.T) {
	const fast = "opus (fast)"
	for _, strategy := range builtIn {
		p := newPool(t, strategy, ready("a", coolingFor(fast, hour)), ready("b", coolingFor("opus", hour)))
		for model, want := range map[string]string{fast: "[all limited]", "opus": "a", "haiku": "a", "haiku (fast)": "a"} {
			r := policy.Request{Model: model, Exclude: []string{"b"}}
			if got := pick(p, r, start); got != want {
				t.Errorf("%s: %q got %q, want %q", strategy, model, got, want)
			}
		}
		if c := p.Select(&policy.Request{Model: fast}, start); c.Reason != policy.AllLimited || c.RetryAt != start.Add(hour) {
			t.Errorf("%s: %+v", strategy, c)
		}
		if c := p.Select(&policy.Request{Model: fast, Pin: "a"}, start); c.Reason != policy.PinUnusable {
			t.Errorf("%s, pinned: %+v", strategy, c)
		}
	}
}

// A tier that its account is limited for moves no other request.
func TestTierLeavesTheActiveAccountAlone(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a", coolingFor("opus (fast)", hour)), ready("b"))
	p.SetActive("a")
	if got := pick(p, policy.Request{Model: "opus (fast)"}, start); got != "b" || p.Active() != "a" {
		t.Errorf("the tier got %s, active is %s", got, p.Active())
	}
}

// A success of a tier frees the tier and its model; one of the model frees the
// model alone.
func TestSuccessOfATier(t *testing.T) {
	limit := func(model string) account.Limit {
		l := limitedUntil(secondsFromNoon(-1), noon.Add(hour))
		l.Scope, l.Model = account.ScopeModel, model
		return l
	}
	for model, left := range map[string]int{"opus (fast)": 0, "opus": 1, "haiku": 2} {
		rec := account.Record{Limits: []account.Limit{limit("opus"), limit("opus (fast)")}}
		policy.Report{LeasedAt: noon, Verdict: account.Verdict{Model: model}}.ApplyTo(&rec, noon, tuning)
		if len(rec.Limits) != left {
			t.Errorf("after %s: %+v", model, rec.Limits)
		}
	}
}
