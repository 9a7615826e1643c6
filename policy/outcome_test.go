package policy_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

var tuning = policy.Tuning{MinBackoff: 30 * time.Second, DefaultRetryAfter: time.Minute, MaxAuthFailures: 3}

func limitedUntil(seen, until time.Time) account.Limit {
	return account.Limit{Scope: account.ScopeAccount, Source: account.FromHeader, SeenAt: seen, Until: until}
}

func answered429(limits ...account.Limit) account.Verdict {
	return account.Verdict{Class: account.ClassLimited, Status: 429, Limits: limits}
}

func TestStatedEndIsKeptHoweverShort(t *testing.T) {
	var rec account.Record
	policy.Report{Verdict: answered429(limitedUntil(noon, noon.Add(5*time.Second)))}.ApplyTo(&rec, noon, tuning)
	if until := rec.Limits[0].Until; !until.Equal(noon.Add(5 * time.Second)) {
		t.Errorf("until %v", until)
	}
}

// A success frees what was seen before its request began, and nothing newer.
func TestSuccessFreesOlderLimitsOnly(t *testing.T) {
	for name, test := range map[string]struct {
		seen time.Time
		left int
	}{
		"seen before": {noon.Add(-time.Second), 0},
		"seen since":  {noon.Add(time.Second), 1},
	} {
		t.Run(name, func(t *testing.T) {
			rec := account.Record{Limits: []account.Limit{limitedUntil(test.seen, noon.Add(time.Hour))}}
			report := policy.Report{LeasedAt: noon}
			if report.Concerns(&rec) != (test.left == 0) {
				t.Errorf("the success concerns the account: %v", test.left != 0)
			}
			report.ApplyTo(&rec, noon.Add(2*time.Second), tuning)
			if len(rec.Limits) != test.left {
				t.Errorf("limits left: %+v", rec.Limits)
			}
		})
	}
}

// A success frees the account and the model it was made with, no other model.
func TestSuccessFreesItsModel(t *testing.T) {
	l := limitedUntil(noon.Add(-time.Second), noon.Add(time.Hour))
	l.Scope, l.Model = account.ScopeModel, "large"
	for model, left := range map[string]int{"": 1, "small": 1, "large": 0} {
		rec := account.Record{Limits: []account.Limit{l}}
		report := policy.Report{LeasedAt: noon, Verdict: account.Verdict{Model: model}}
		if report.Concerns(&rec) != (left == 0) {
			t.Errorf("a success with %q concerns the account: %v", model, left != 0)
		}
		report.ApplyTo(&rec, noon, tuning)
		if len(rec.Limits) != left {
			t.Errorf("after a success with %q: %+v", model, rec.Limits)
		}
	}
}

// What a success was billed to is not used again.
func TestSuccessWithLimitsOfItsOwn(t *testing.T) {
	var rec account.Record
	overage := limitedUntil(noon, noon.Add(24*time.Hour))
	report := policy.Report{LeasedAt: noon.Add(-time.Second), Verdict: account.Verdict{Limits: []account.Limit{overage}}}
	if !report.Concerns(&rec) {
		t.Fatal("the success does not concern the account")
	}
	report.ApplyTo(&rec, noon, tuning)
	if !slices.Equal(rec.Limits, []account.Limit{overage}) {
		t.Errorf("limits %+v", rec.Limits)
	}
}

func TestUsualSuccessConcernsNobody(t *testing.T) {
	usage := []account.UsageWindow{{Name: "5h", Utilization: 10, ResetAt: noon, SeenAt: noon}}
	again := []account.UsageWindow{{Name: "5h", Utilization: 10, ResetAt: noon, SeenAt: noon.Add(time.Minute)}}
	rec := account.Record{Usage: usage}
	if (policy.Report{Verdict: account.Verdict{Usage: again}}).Concerns(&rec) {
		t.Error("the same figures concern the account")
	}
	again[0].Utilization = 11
	if !(policy.Report{Verdict: account.Verdict{Usage: again}}).Concerns(&rec) {
		t.Error("new figures do not concern the account")
	}
}

// A record that others hold is never written to.
func TestLearnLeavesSharedSlicesAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rec := account.Record{Limits: rapid.SliceOfN(rapid.Custom(genLimit), 0, 4).Draw(t, "old")}
		before, shared := slices.Clone(rec.Limits), rec.Limits
		verdict := answered429(genLimit(t))
		if rapid.Bool().Draw(t, "success") {
			verdict = account.Verdict{}
		}
		policy.Report{LeasedAt: noon, Verdict: verdict}.ApplyTo(&rec, noon, tuning)
		if !slices.Equal(shared, before) {
			t.Fatal("the old limits were changed in place")
		}
	})
}

func TestBackoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		failures := rapid.IntRange(0, 100).Draw(t, "failures")
		jitter := rapid.Float64Range(0, 0.999).Draw(t, "jitter")
		wait := policy.Backoff(failures, 5*time.Second, 5*time.Minute, jitter)
		if wait < 2500*time.Millisecond || wait > 5*time.Minute {
			t.Fatalf("%v after %d failures", wait, failures)
		}
		if next := policy.Backoff(failures+1, 5*time.Second, 5*time.Minute, jitter); next < wait {
			t.Fatalf("the wait shrinks from %v to %v", wait, next)
		}
	})
}
