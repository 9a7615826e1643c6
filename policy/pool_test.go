package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

func TestNewPoolRejectsUnknownStrategies(t *testing.T) {
	_, err := policy.NewPool(policy.Options{Strategy: "stickey"})
	if err == nil || !strings.Contains(err.Error(), `"stickey"`) || !strings.Contains(err.Error(), policy.DrainFirst) {
		t.Errorf("got %v, want an error that names the mistake and what is allowed", err)
	}
}

func TestSlotsAreReused(t *testing.T) {
	p := newPool(t, "", ready("a"), ready("b"))
	a, _ := p.Slot("a")
	p.Remove("a", start)
	p.Remove("a", start)
	if _, ok := p.Slot("a"); ok || p.ID(a) != "" || p.Len() != 1 {
		t.Errorf("a is still there: %v %q %d", ok, p.ID(a), p.Len())
	}
	if got := p.Put(ready("c"), start); got != a {
		t.Errorf("c is in slot %d, want %d", got, a)
	}
	if got := p.Put(ready("d"), start); got != 2 {
		t.Errorf("d is in slot %d", got)
	}
	if p.ID(-1) != "" || p.ID(99) != "" {
		t.Error("slots that do not exist have accounts")
	}
}

func TestRemovingTheActiveAccountMakesTheNextUsableActive(t *testing.T) {
	for _, strategy := range builtIn {
		p := newPool(t, strategy, ready("a"), ready("b", cooling(hour)), ready("c"))
		p.SetActive("a")
		pick(p, policy.Request{}, start)
		p.Remove("a", start)
		if got := p.Active(); got != "c" {
			t.Errorf("%s: active is %q", strategy, got)
		}
		p.Remove("c", start)
		if got := p.Active(); got != "" {
			t.Errorf("%s: active is %q although none is available", strategy, got)
		}
	}
}

func TestSetActiveOfAnUnknownAccount(t *testing.T) {
	p := newPool(t, "", ready("a"))
	p.SetActive("a")
	p.SetActive("gone")
	if got := p.Active(); got != "" {
		t.Errorf("active is %q", got)
	}
}

func TestPlacesInFlight(t *testing.T) {
	p := newPool(t, "", ready("a", places(2)), ready("b", places(1)))
	if got := picks(p, 4, policy.Request{}); got != "a a b [all busy]" {
		t.Fatalf("got %s", got)
	}
	p.Release("a", start)
	if got := picks(p, 2, policy.Request{}); got != "a [all busy]" {
		t.Errorf("after a release: got %s", got)
	}
	p.Put(ready("a", places(3)), start)
	if got := picks(p, 2, policy.Request{}); got != "a [all busy]" {
		t.Errorf("with one place more: got %s", got)
	}
	p.Put(ready("a"), start)
	p.Release("a", start)
	p.Release("gone", start)
	p.Put(ready("a", places(1)), start)
	if got := picks(p, 2, policy.Request{}); got != "a [all busy]" {
		t.Errorf("the limit switched off and on again: got %s", got)
	}
}

func TestPin(t *testing.T) {
	p := newPool(t, "", ready("a"), ready("b", cooling(time.Minute)), ready("c", limited(0)), ready("d", coolingFor("opus", hour)),
		ready("e", places(1)))
	p.SetActive("a")
	const cannot = "[the account cannot serve]"
	tests := []struct {
		name    string
		request policy.Request
		want    string
		retryAt policy.Instant
	}{
		{"usable", policy.Request{Pin: "e"}, "e", 0},
		{"busy", policy.Request{Pin: "e"}, "[the account is busy]", 0},
		{"spared", policy.Request{Pin: "c"}, "c", 0},
		{"cooling", policy.Request{Pin: "b"}, cannot, start.Add(time.Minute)},
		{"cooling for the model", policy.Request{Pin: "d", Model: "opus"}, cannot, start.Add(hour)},
		{"cooling for another model", policy.Request{Pin: "d", Model: "haiku"}, "d", 0},
		{"tried", policy.Request{Pin: "c", Exclude: []string{"c"}}, cannot, 0},
		{"unknown", policy.Request{Pin: "z"}, "[the account is not in the pool]", 0},
	}
	for _, tt := range tests {
		c := p.Select(&tt.request, start)
		got := p.ID(c.Slot)
		if !c.OK {
			got = "[" + c.Reason.String() + "]"
		}
		if got != tt.want || c.RetryAt != tt.retryAt {
			t.Errorf("%s: got %s, %d; want %s, %d", tt.name, got, c.RetryAt, tt.want, tt.retryAt)
		}
	}
	if p.Active() != "a" {
		t.Errorf("a pinned request made %s active", p.Active())
	}
}

func TestWhyNoAccountServes(t *testing.T) {
	minute := start.Add(time.Minute)
	tests := []struct {
		name     string
		accounts []policy.Facts
		request  policy.Request
		want     policy.Reason
		retryAt  policy.Instant
	}{
		{"empty", nil, policy.Request{}, policy.NoAccounts, 0},
		{"off", []policy.Facts{ready("a", switched, cooling(hour))}, policy.Request{}, policy.NoneEligible, 0},
		{"cooling", []policy.Facts{ready("a", cooling(hour)), ready("b", cooling(time.Minute))}, policy.Request{}, policy.AllLimited, minute},
		{
			"the longer of two cooldowns counts",
			[]policy.Facts{ready("a", cooling(hour), coolingFor("opus", time.Minute)), ready("b", cooling(time.Second), coolingFor("opus", 2*hour))},
			policy.Request{Model: "opus"},
			policy.AllLimited, start.Add(hour),
		},
		{
			"tried and limited meanwhile",
			[]policy.Facts{ready("a", cooling(time.Minute)), ready("b", cooling(hour))},
			policy.Request{Exclude: []string{"a"}},
			policy.AllLimited, minute,
		},
		{"tried", []policy.Facts{ready("a"), ready("b", switched)}, policy.Request{Exclude: []string{"a"}}, policy.AllTried, 0},
		{"busy or cooling", []policy.Facts{ready("a", places(1)), ready("b", cooling(time.Minute))}, policy.Request{}, policy.AllBusy, minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPool(t, "", tt.accounts...)
			p.Select(&policy.Request{Pin: "a"}, start) // takes the place of an account that has one
			c := p.Select(&tt.request, start)
			if c.OK || c.Reason != tt.want || c.RetryAt != tt.retryAt {
				t.Errorf("got %+v, want %v, %d", c, tt.want, tt.retryAt)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	p := newPool(t, "", ready("a", claimed), ready("b", cooling(hour)), ready("c", places(1)), ready("d", switched), ready("e", limited(0)))
	p.SetActive("a")
	pick(p, policy.Request{Pin: "c"}, start)
	for id, want := range map[string]policy.Status{
		"a": {State: policy.Usable, Claimed: true, Active: true},
		"b": {State: policy.Cooling, Until: start.Add(hour)},
		"c": {State: policy.Busy, InFlight: 1},
		"d": {State: policy.Ineligible},
		"e": {State: policy.Available},
	} {
		if got, ok := p.Status(id, start); !ok || got != want {
			t.Errorf("%s: got %+v, want %+v", id, got, want)
		}
	}
	if _, ok := p.Status("gone", start); ok {
		t.Error("an unknown account has a status")
	}
	if p.Usable("gone", "", start) {
		t.Error("an unknown account is usable")
	}
}

func TestStateInWords(t *testing.T) {
	if got := policy.Cooling.String() + policy.State(99).String() + policy.Reason(99).String(); got != "coolingunknownunknown" {
		t.Errorf("got %s", got)
	}
}

// Before the first moment the pool knew, rest is counted as well as after it.
func TestTheClockMayRunBackBeforeTheBeginning(t *testing.T) {
	p := newPool(t, policy.Hybrid)
	p.Remove("nobody", start)
	early := start.Add(-hour)
	f := ready("a")
	f.LastUsed = early.Add(-hour)
	p.Put(f, early)
	f.ID, f.LastUsed = "b", early
	p.Put(f, early)
	if got := pick(p, policy.Request{}, early); got != "a" {
		t.Errorf("got %s, which has not rested", got)
	}
}

func TestTheClockMayRunBack(t *testing.T) {
	for _, strategy := range builtIn {
		p := newPool(t, strategy, ready("a", cooling(time.Minute)), ready("b", window(50, 5*hour, hour)))
		pick(p, policy.Request{}, start.Add(2*hour))
		if p.Usable("a", "", start) {
			t.Errorf("%s: a is usable before its cooldown ends", strategy)
		}
		if got := pick(p, policy.Request{}, start); got != "b" {
			t.Errorf("%s: got %s", strategy, got)
		}
		if !p.Usable("a", "", start.Add(time.Minute)) {
			t.Errorf("%s: a is not usable after its cooldown", strategy)
		}
	}
}
