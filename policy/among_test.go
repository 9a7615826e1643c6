package policy_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// A request that is bound to accounts gets one of them whatever comes first for
// others, who do not move for it.
func TestAmongLeavesOthersOut(t *testing.T) {
	for _, strategy := range builtIn {
		t.Run(strategy, func(t *testing.T) {
			p := newPool(t, strategy, ready("a", priority(2)), ready("b"), ready("c"))
			for range 3 {
				if got := pick(p, policy.Request{Among: []string{"b", "gone"}, Affinity: "x"}, start); got != "b" {
					t.Errorf("bound to b and served by %s", got)
				}
				if got := pick(p, policy.Request{}, start); got != "a" {
					t.Errorf("another request went to %s", got)
				}
			}
			both := map[string]bool{}
			for range 4 {
				both[pick(p, policy.Request{Among: []string{"b", "c"}}, start)] = true
			}
			if both["a"] || both[""] {
				t.Errorf("bound to b and c and served by %v", both)
			}
		})
	}
}

// What cannot serve fails: no other account stands in.
func TestAmongFailsClosed(t *testing.T) {
	full := func(f *policy.Facts) { f.MaxInFlight = 1 }
	for name, test := range map[string]struct {
		own  []policy.Facts
		ask  policy.Request
		want policy.Choice
	}{
		"none is there":    {nil, policy.Request{Among: []string{"gone"}}, policy.Choice{Reason: policy.NoneAmong}},
		"of another kind":  {[]policy.Facts{ready("own", kind(account.OAuth))}, policy.Request{Among: []string{"own"}, Kind: account.APIKey}, policy.Choice{Reason: policy.NoneAmong}},
		"switched off":     {[]policy.Facts{ready("own", switched)}, policy.Request{Among: []string{"own"}}, policy.Choice{Reason: policy.NoneEligible}},
		"limited":          {[]policy.Facts{ready("own", cooling(time.Hour))}, policy.Request{Among: []string{"own"}}, policy.Choice{Reason: policy.AllLimited, RetryAt: start.Add(time.Hour)}},
		"tried":            {[]policy.Facts{ready("own")}, policy.Request{Among: []string{"own"}, Exclude: []string{"own"}}, policy.Choice{Reason: policy.AllTried}},
		"busy":             {[]policy.Facts{ready("own", full)}, policy.Request{Among: []string{"own"}}, policy.Choice{Reason: policy.AllBusy}},
		"pinned elsewhere": {[]policy.Facts{ready("own")}, policy.Request{Among: []string{"own"}, Pin: "other"}, policy.Choice{Reason: policy.PinOutside}},
	} {
		for _, strategy := range builtIn {
			t.Run(name+"/"+strategy, func(t *testing.T) {
				other := ready("other", kind(account.APIKey))
				soon := ready("soon", kind(account.APIKey), cooling(time.Minute))
				p := newPool(t, strategy, append(test.own, other, soon)...)
				if name == "busy" {
					pick(p, policy.Request{Pin: "own"}, start)
				}
				c := p.Select(&test.ask, start)
				if c.OK || c.Reason != test.want.Reason || c.RetryAt != test.want.RetryAt {
					t.Errorf("%+v", c)
				}
			})
		}
	}
}

// A conversation does not wait for an account that it may not use any more.
func TestAmongLeavesTheConversationsAccount(t *testing.T) {
	p := newPoolOf(t, policy.Options{Strategy: policy.Sticky, StickyWait: time.Minute}, ready("a"), ready("b"))
	pick(p, policy.Request{Affinity: "x"}, start)
	p.Put(ready("a", cooling(time.Second)), start)
	c := p.Select(&policy.Request{Affinity: "x", Among: []string{"b"}, WaitUntil: start.Add(time.Minute)}, start)
	if !c.OK || p.ID(c.Slot) != "b" || !c.Rebound || c.Left != "none of the accounts that the request is bound to" {
		t.Errorf("%+v", c)
	}
	d, ok := p.Decision(c.Seq)
	if !ok || len(d.Among) != 1 || d.Considered[0].Why != "none of the accounts that the request is bound to" {
		t.Errorf("%+v", d)
	}
}
