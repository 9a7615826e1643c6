package policy_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

func TestStickyPreference(t *testing.T) {
	tests := []struct {
		name     string
		accounts []policy.Facts
		active   string
		request  policy.Request
		want     string
	}{
		{"first in order", []policy.Facts{ready("a"), ready("b")}, "", policy.Request{}, "a"},
		{"active", []policy.Facts{ready("a"), ready("b")}, "b", policy.Request{}, "b"},
		{"active of a lower priority", []policy.Facts{ready("a"), ready("b", priority(-1))}, "b", policy.Request{}, "a"},
		{"active claimed elsewhere", []policy.Facts{ready("a"), ready("b", claimed)}, "b", policy.Request{}, "a"},
		{"all claimed: active", []policy.Facts{ready("a", claimed), ready("b", claimed)}, "b", policy.Request{}, "b"},
		{"first unclaimed", []policy.Facts{ready("a", claimed), ready("b")}, "", policy.Request{}, "b"},
		{"claims do not outweigh priority", []policy.Facts{ready("a", claimed, priority(1)), ready("b")}, "", policy.Request{}, "a"},
		{"tried already", []policy.Facts{ready("a"), ready("b")}, "a", policy.Request{Exclude: []string{"a", "gone"}}, "b"},
		{"switched off", []policy.Facts{ready("a", switched), ready("b")}, "a", policy.Request{}, "b"},
		{"cooling", []policy.Facts{ready("a", cooling(time.Minute)), ready("b")}, "a", policy.Request{}, "b"},
		{"limited just now", []policy.Facts{ready("a", limited(29*time.Second)), ready("b")}, "a", policy.Request{}, "b"},
		{"limited a while ago", []policy.Facts{ready("a", limited(30*time.Second)), ready("b")}, "a", policy.Request{}, "a"},
		{
			"cooling for another model",
			[]policy.Facts{ready("a", coolingFor("opus", time.Hour)), ready("b")},
			"a",
			policy.Request{Model: "haiku"},
			"a",
		},
		{
			"cooling for the model",
			[]policy.Facts{ready("a", coolingFor("opus", time.Hour)), ready("b")},
			"a",
			policy.Request{Model: "opus"},
			"b",
		},
		{
			"usable before a higher priority that is spared",
			[]policy.Facts{ready("a", priority(1), limited(time.Second)), ready("b")},
			"",
			policy.Request{},
			"b",
		},
		{"last resort", []policy.Facts{ready("a", cooling(time.Minute)), ready("b", limited(time.Second))}, "", policy.Request{}, "b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPool(t, policy.Sticky, tt.accounts...)
			p.SetActive(tt.active)
			if got := pick(p, tt.request, start); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestStickySoftQuota(t *testing.T) {
	quota := policy.Options{SoftQuotaPercent: 80}
	over := ready("a", window(80, 5*time.Hour, time.Hour), window(10, 168*time.Hour, 80*time.Hour))
	p := newPoolOf(t, quota, over, ready("b", window(79.9, 5*time.Hour, 2*time.Hour)))
	if got := pick(p, policy.Request{}, start); got != "b" {
		t.Errorf("got %s although it is above the soft quota", got)
	}
	p = newPoolOf(t, quota, over)
	if got := pick(p, policy.Request{}, start); got != "a" {
		t.Errorf("got %s, want the only account in spite of the soft quota", got)
	}
	if p.Usable("a", "", start) {
		t.Error("usable although above the soft quota")
	}
	if !p.Usable("a", "", start.Add(time.Hour)) {
		t.Error("not usable although the window was reset")
	}
}

func TestStickyKeepsConversationsApart(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a"), ready("b"), ready("c"))
	x, y := policy.Request{Affinity: "x"}, policy.Request{Affinity: "y"}
	if got := pick(p, x, start); got != "a" {
		t.Fatalf("x got %s", got)
	}
	p.SetActive("b")
	if got := pick(p, y, start); got != "b" {
		t.Fatalf("y got %s", got)
	}
	if got := pick(p, x, start) + pick(p, y, start) + pick(p, x, start); got != "aba" {
		t.Errorf("got %s, want each on its own", got)
	}
	if got := p.Active(); got != "b" {
		t.Errorf("active is %s: a conversation's own account must not become it", got)
	}
}

func TestStickyConversationMovesOnce(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a"), ready("b"))
	r := policy.Request{Affinity: "x"}
	p.Select(&r, start)
	p.Put(ready("a", cooling(time.Minute)), start)
	if c := p.Select(&r, start); p.ID(c.Slot) != "b" || !c.Rebound {
		t.Errorf("got %s, rebound %v", p.ID(c.Slot), c.Rebound)
	}
	later := start.Add(time.Hour)
	if c := p.Select(&r, later); p.ID(c.Slot) != "b" || c.Rebound {
		t.Errorf("got %s, rebound %v: a conversation that moved stays", p.ID(c.Slot), c.Rebound)
	}
	p.Remove("b", later)
	if c := p.Select(&r, later); p.ID(c.Slot) != "a" || !c.Rebound {
		t.Errorf("got %s, rebound %v after the account was removed", p.ID(c.Slot), c.Rebound)
	}
}

func TestStickyConversationStaysWhenClaimedElsewhere(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a"), ready("b"))
	r := policy.Request{Affinity: "x"}
	p.Select(&r, start)
	p.SetClaimed("a", true, start)
	if got := pick(p, r, start); got != "a" {
		t.Errorf("the conversation moved to %s", got)
	}
	if got := pick(p, policy.Request{Affinity: "new"}, start); got != "b" {
		t.Errorf("a new conversation got %s", got)
	}
}

func TestStickyModelHasAnActiveAccountOfItsOwn(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a"), ready("b", coolingFor("haiku", time.Hour)), ready("c"))
	p.SetActive("a")
	p.Put(ready("a", coolingFor("opus", time.Hour)), start)
	opus, haiku := policy.Request{Model: "opus"}, policy.Request{Model: "haiku"}
	if got := pick(p, opus, start) + pick(p, haiku, start) + pick(p, opus, start); got != "bab" {
		t.Errorf("got %s, want the models not to move each other", got)
	}
	if got := p.Active(); got != "a" {
		t.Errorf("active is %s", got)
	}
}
