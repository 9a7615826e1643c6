package policy_test

import (
	"fmt"
	"testing"

	"github.com/seed-810f1486/multiaccount/policy"
)

// A model for which many accounts are cooling is served as any other, however
// many such models there are.
func TestManyModelsCooling(t *testing.T) {
	const models = 40
	for _, strategy := range builtIn {
		t.Run(strategy, func(t *testing.T) {
			p := newPool(t, strategy)
			for i := range 20 {
				f := ready(fmt.Sprintf("account-%02d", i))
				for m := range models {
					if i != m%20 {
						coolingFor(fmt.Sprint("model-", m), hour)(&f)
					}
				}
				p.Put(f, start)
			}
			for round := range 3 {
				for m := range models {
					want := fmt.Sprintf("account-%02d", m%20)
					if got := pick(p, policy.Request{Model: fmt.Sprint("model-", m)}, start); got != want {
						t.Fatalf("round %d: model %d got %s, want %s", round, m, got, want)
					}
				}
			}
			p.Remove("account-03", start)
			r := policy.Request{Model: "model-3"}
			if c := p.Select(&r, start); c.Reason != policy.AllLimited || c.RetryAt != start.Add(hour) {
				t.Errorf("got %+v without the only account for the model", c)
			}
			if c := p.Select(&r, start.Add(hour)); !c.OK {
				t.Errorf("got %+v after the cooldowns", c)
			}
		})
	}
}

func TestRemovedAccountIsNoModelsActiveOne(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a", coolingFor("opus", hour)), ready("b"), ready("c"))
	p.SetActive("a")
	opus := policy.Request{Model: "opus", Exclude: []string{"b"}}
	if got := pick(p, opus, start); got != "c" {
		t.Fatalf("got %s", got)
	}
	p.Remove("c", start)
	p.Put(ready("d"), start) // in the same slot
	if got := pick(p, policy.Request{Model: "opus"}, start); got != "b" {
		t.Errorf("got %s, which only has the slot of the account that was active", got)
	}
}

func TestRetryAtOfAModelPassesOverIneligibleAccounts(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a", coolingFor("opus", 3*hour)), ready("b", coolingFor("opus", 2*hour)),
		ready("c", switched, coolingFor("opus", hour)))
	for range 9 { // the way to find out may change with experience
		if c := p.Select(&policy.Request{Model: "opus"}, start); c.Reason != policy.AllLimited || c.RetryAt != start.Add(2*hour) {
			t.Fatalf("got %+v", c)
		}
	}
}
