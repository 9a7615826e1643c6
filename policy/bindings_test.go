package policy_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

func converse(p *policy.Pool, key string, now policy.Instant) policy.Choice {
	return p.Select(&policy.Request{Affinity: key}, now)
}

func TestBindingsLiveSixHoursFromTheLastUse(t *testing.T) {
	const life = 6 * time.Hour
	for _, tt := range []struct {
		idle time.Duration
		want string
	}{{life - 1, "a"}, {life, "b"}} {
		p := newPool(t, policy.Sticky, ready("a"), ready("b"))
		converse(p, "x", start)
		converse(p, "x", start.Add(time.Hour))
		p.SetActive("b")
		c := converse(p, "x", start.Add(time.Hour+tt.idle))
		if got := p.ID(c.Slot); got != tt.want || c.Rebound {
			t.Errorf("idle for %v: got %s, rebound %v; want %s", tt.idle, got, c.Rebound, tt.want)
		}
	}
}

func TestBindingsLeastRecentlyUsedGoes(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a"), ready("b"))
	for i := range 2000 {
		converse(p, fmt.Sprint(i), start.Add(time.Duration(i)))
	}
	converse(p, "0", start.Add(time.Minute))
	converse(p, "one more", start.Add(time.Minute))
	p.SetActive("b")
	for _, tt := range []struct{ key, want string }{{"0", "a"}, {"2", "a"}, {"1", "b"}} {
		if got := p.ID(converse(p, tt.key, start.Add(time.Hour)).Slot); got != tt.want {
			t.Errorf("conversation %s is on %s, want %s", tt.key, got, tt.want)
		}
	}
}

func TestBindingsSurviveARestart(t *testing.T) {
	before := newPool(t, policy.Sticky, ready("a"), ready("b"), ready("c"))
	converse(before, "x", start)
	before.SetActive("b")
	converse(before, "y", start.Add(time.Hour))
	before.SetActive("c")
	converse(before, "gone", start.Add(time.Hour))

	now := start.Add(6*time.Hour + time.Second)
	after := newPool(t, policy.Sticky)
	after.RestoreBindings(before.TakeBindings(), now)
	for _, id := range []string{"b", "a"} { // in other slots than before
		after.Put(ready(id), now)
	}
	after.SetActive("a")
	if c := converse(after, "y", now); after.ID(c.Slot) != "b" || c.Rebound {
		t.Errorf("y is on %s, rebound %v", after.ID(c.Slot), c.Rebound)
	}
	if c := converse(after, "x", now); after.ID(c.Slot) != "a" || c.Rebound {
		t.Errorf("x is on %s, rebound %v although its binding was too old", after.ID(c.Slot), c.Rebound)
	}
	if c := converse(after, "gone", now); after.ID(c.Slot) != "a" || !c.Rebound {
		t.Errorf("the conversation of a removed account is on %s, rebound %v", after.ID(c.Slot), c.Rebound)
	}
}

func TestTakeBindingsReportsWhatIsWorthSaving(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a"), ready("b"))
	expect := func(when string, want ...policy.Binding) {
		t.Helper()
		if got := p.TakeBindings(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", when, got, want)
		}
	}
	expect("nothing happened")
	converse(p, "x", start)
	converse(p, "x", start+1)
	expect("made", policy.Binding{Key: "x", Account: "a", UsedAt: start + 1})
	converse(p, "x", start.Add(4*time.Minute))
	expect("used soon after")

	later := start.Add(6 * time.Minute)
	converse(p, "x", later)
	expect("used later", policy.Binding{Key: "x", Account: "a", UsedAt: later})
	p.Put(ready("a", switched), later)
	converse(p, "x", later+1)
	expect("moved", policy.Binding{Key: "x", Account: "b", UsedAt: later + 1})

	end := later.Add(7 * time.Hour)
	converse(p, "y", end)
	expect("ended", policy.Binding{Key: "x"}, policy.Binding{Key: "y", Account: "b", UsedAt: end})
	end = end.Add(7 * time.Hour)
	converse(p, "y", end)
	expect("ended and made anew", policy.Binding{Key: "y", Account: "b", UsedAt: end})
}

// Nobody taking the reports must not make them grow.
func TestTakeBindingsIsBounded(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a"))
	for i := range 10_000 {
		converse(p, fmt.Sprint(i), start.Add(time.Duration(i)))
	}
	made, ended := 0, 0
	for _, b := range p.TakeBindings() {
		if b.Account == "" {
			ended++
		} else {
			made++
		}
	}
	if made != 2000 || ended != 2000 {
		t.Errorf("%d made, %d ended", made, ended)
	}
}

func TestBindingsAreStickysAlone(t *testing.T) {
	p := newPool(t, policy.RoundRobin, ready("a"), ready("b"))
	if got := picks(p, 3, policy.Request{Affinity: "x"}); got != "a b a" {
		t.Errorf("got %s", got)
	}
	if got := p.TakeBindings(); got != nil {
		t.Errorf("bindings %v", got)
	}
}
