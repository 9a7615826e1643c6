package policy_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

func TestFactsOf(t *testing.T) {
	at := func(d time.Duration) time.Time { return start.Add(d).Time() }
	rec := &account.Record{
		ID: "a", Enabled: true, Weight: 2, Priority: 3, MaxInFlight: 4, AuthFailures: 1, LastUsedAt: at(-hour),
		Limits: []account.Limit{
			{Scope: account.ScopeAccount, Source: account.FromHeader, SeenAt: at(-3 * time.Minute), Until: at(hour)},
			{Scope: account.ScopeAccount, Source: account.FromUsage, SeenAt: at(-time.Minute), Until: at(time.Minute)},
			{Scope: account.ScopeModel, Model: "opus", Source: account.FromBody, SeenAt: at(-2 * time.Minute), Until: at(2 * hour)},
			{Scope: account.ScopeModel, Model: "opus", Source: account.FromUsage, SeenAt: at(-time.Minute), Until: at(3 * hour)},
			{Scope: account.ScopeModel, Model: "haiku", Source: account.FromUsage, SeenAt: at(-time.Minute), Until: at(hour)},
		},
		Usage: []account.UsageWindow{{Name: "5h", Utilization: 12.5, Length: 5 * hour, ResetAt: at(hour)}, {Name: "requests", Utilization: 3}, {Name: "Opus 7d", Utilization: 100, Soft: true, Partial: true}},
	}
	want := policy.Facts{
		ID: "a", Eligible: true, Weight: 2, Priority: 3, MaxInFlight: 4, Failures: 1, LastUsed: start.Add(-hour),
		RateLimitedAt: start.Add(-2 * time.Minute), CoolUntil: start.Add(hour),
		ModelCooldowns: []policy.ModelCooldown{{Model: "opus", Until: start.Add(3 * hour)}, {Model: "haiku", Until: start.Add(hour)}},
		Windows:        []policy.Window{{Name: "5h", Utilization: 12.5, Length: 5 * hour, ResetAt: start.Add(hour)}, {Name: "requests", Utilization: 3}},
	}
	if got := policy.FactsOf(rec, policy.Tuning{}); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestFactsOfAnAccountOutOfThePool(t *testing.T) {
	rec := &account.Record{ID: "a", Enabled: true, Fault: &account.Fault{Disabled: true}}
	if f := policy.FactsOf(rec, policy.Tuning{}); f.Eligible || f.Windows != nil {
		t.Errorf("got %+v", f)
	}
}

func TestInstant(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 7, time.UTC)
	for _, tt := range []struct{ in, want time.Time }{
		{time.Time{}, time.Time{}},
		{time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC), time.Time{}},
		{now, now},
		{time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(0, 1<<63-1)},
	} {
		if got := policy.At(tt.in).Time(); !got.Equal(tt.want) {
			t.Errorf("At(%v): got %v, want %v", tt.in, got, tt.want)
		}
	}
	if last := policy.At(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)); last.Add(time.Hour) != last {
		t.Errorf("an hour after the last instant is %d", last.Add(time.Hour))
	}
}
