package policy_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

func TestProbeAt(t *testing.T) {
	guessed := limitedUntil(noon, noon.Add(time.Minute))
	guessed.Unstated = true
	model := guessed
	model.Scope, model.Model = account.ScopeModel, "m"
	for name, test := range map[string]struct {
		limits []account.Limit
		jitter float64
		want   policy.Instant
	}{
		"nothing":               {nil, 0, 0},
		"an end that is known":  {[]account.Limit{limitedUntil(noon, noon.Add(time.Minute))}, 0, 0},
		"half":                  {[]account.Limit{guessed}, 0, policy.At(noon.Add(30 * time.Second))},
		"half and a quarter":    {[]account.Limit{guessed}, 1, policy.At(noon.Add(45 * time.Second))},
		"a model":               {[]account.Limit{model}, 0, 0},
		"beside a longer limit": {[]account.Limit{guessed, limitedUntil(noon, noon.Add(time.Hour))}, 0, policy.At(noon.Add(time.Hour))},
	} {
		if got := policy.ProbeAt(&account.Record{Limits: test.limits}, test.jitter); got != test.want {
			t.Errorf("%s: %v, want %v", name, got.Time(), test.want.Time())
		}
	}
}

// probing cools an account for an hour, with a probe after half of it.
func probing(f *policy.Facts) {
	f.CoolUntil, f.ProbeAt = start.Add(time.Hour), start.Add(30*time.Minute)
}

func TestOneProbeGoes(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a", probing))
	half := start.Add(30 * time.Minute)
	if c := p.Select(&policy.Request{}, start); c.OK || c.RetryAt != half || c.Probing {
		t.Fatalf("before its half: %+v", c)
	}
	if got := pick(p, policy.Request{}, half); got != "a" {
		t.Fatalf("the probe: %s", got)
	}
	if c := p.Select(&policy.Request{}, half+1); c.OK || c.RetryAt != start.Add(time.Hour) || !c.Probing {
		t.Fatalf("a second probe: %+v", c)
	}
	p.Put(ready("a", probing), half+2) // something else has changed
	if got := pick(p, policy.Request{}, half+2); got != "[all limited]" {
		t.Fatalf("a second probe: %s", got)
	}
	renewed := ready("a")
	renewed.CoolUntil, renewed.ProbeAt = half.Add(time.Hour), half.Add(30*time.Minute)
	p.Put(renewed, half+3)
	if c := p.Select(&policy.Request{}, half+3); c.OK || c.Probing {
		t.Fatalf("the probe has come back: %+v", c)
	}
	if got := pick(p, policy.Request{}, half.Add(30*time.Minute)); got != "a" {
		t.Fatalf("the probe of the next cooldown: %s", got)
	}
}

// Nobody is made a probe of who can be served otherwise.
func TestProbesCostHealthyRequestsNothing(t *testing.T) {
	for _, strategy := range builtIn {
		p := newPool(t, strategy, ready("a", probing), ready("b"))
		p.SetActive("a")
		for i := range 5 {
			if got := pick(p, policy.Request{Affinity: "x"}, start.Add(40*time.Minute+time.Duration(i))); got != "b" {
				t.Errorf("%s: %s serves", strategy, got)
			}
		}
		if got := pick(p, policy.Request{Exclude: []string{"b"}}, start.Add(41*time.Minute)); got != "a" {
			t.Errorf("%s: %s serves when nobody else can", strategy, got)
		}
	}
}
