package policy_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/policy"
)

func newOwners(tb testing.TB) *policy.Pool {
	tb.Helper()
	p, err := policy.NewPool(policy.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// Who made something is known for 30 days after the last use, also of an account
// that has left.
func TestOwnersAreRememberedForAMonth(t *testing.T) {
	const day = 24 * time.Hour
	p, now := newOwners(t), policy.At(time.Unix(1_800_000_000, 0))
	p.Own("resp_1", "gone", now)
	if thing, owner := p.Owner([]string{"resp_0", "resp_1"}, now.Add(29*day)); thing != "resp_1" || owner != "gone" {
		t.Errorf("after 29 days %s is of %q", thing, owner)
	}
	if _, owner := p.Owner([]string{"resp_1"}, now.Add(58*day)); owner != "gone" {
		t.Errorf("29 days after the last use it is of %q", owner)
	}
	if _, owner := p.Owner([]string{"resp_1"}, now.Add(89*day)); owner != "" {
		t.Errorf("after more than 30 days it is of %q", owner)
	}
}

// However the changes of two processes reach each other, none is lost: of one
// resource the latest counts, and what one has to save it saves.
func TestOwnersMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := policy.At(time.Unix(1_800_000_000, 0))
		pools := [2]*policy.Pool{newOwners(unused{}), newOwners(unused{})}
		stored, want := map[string]policy.Binding{}, map[string]string{}
		exchange := func(i int) {
			for _, b := range pools[i].TakeOwned() {
				stored[b.Key] = b
			}
			var all []policy.Binding
			for _, b := range stored {
				all = append(all, b)
			}
			pools[i].RestoreOwned(all, now)
		}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Second)
			i := rapid.IntRange(0, 1).Draw(t, "process")
			if rapid.Bool().Draw(t, "exchanges") {
				exchange(i)
				continue
			}
			thing := fmt.Sprint("resp_", rapid.IntRange(0, 3).Draw(t, "resource"))
			want[thing] = fmt.Sprint("account-", rapid.IntRange(0, 2).Draw(t, "account"))
			exchange(i) // before it is made anew: ids are made once
			pools[i].Own(thing, want[thing], now)
			exchange(i)
		}
		exchange(0)
		exchange(1)
		for thing, owner := range want {
			for i := range pools {
				if _, got := pools[i].Owner([]string{thing}, now); got != owner {
					t.Fatalf("process %d takes %s for one of %q, it is of %q", i, thing, got, owner)
				}
			}
		}
	})
}

// unused stands for a test where none can fail.
type unused struct{ testing.TB }

func (unused) Helper() {}
