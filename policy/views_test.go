package policy

import (
	"fmt"
	"testing"
	"time"
)

// A model gets a view only when skipping its accounts has cost as much, the
// number of views is limited, and a view goes with the last cooldown.
func TestViewsAreFewAndShortLived(t *testing.T) {
	p, err := NewPool(Options{})
	if err != nil {
		t.Fatal(err)
	}
	const models = 2 * maxViews
	now, end := testEpoch, testEpoch.Add(time.Hour)
	for i := range 5 {
		f := Facts{ID: fmt.Sprint(i), Eligible: true}
		for m := range models {
			if i < 2 {
				f.ModelCooldowns = append(f.ModelCooldowns, ModelCooldown{Model: fmt.Sprint(m), Until: end})
			}
		}
		p.Put(f, now)
	}
	ask := func() {
		for m := range models {
			p.Select(&Request{Model: fmt.Sprint(m)}, now)
		}
	}
	ask()
	if len(p.viewed) != 0 {
		t.Errorf("%d views after one request for each model", len(p.viewed))
	}
	for range 5 {
		ask()
	}
	if len(p.viewed) != maxViews {
		t.Errorf("%d views, want %d", len(p.viewed), maxViews)
	}
	p.advance(end)
	if len(p.viewed) != 0 || len(p.models) != 0 {
		t.Errorf("%d views, %d models when all cooldowns have ended", len(p.viewed), len(p.models))
	}
}

// Accounts that come and go, and priorities nobody has any more, must leave
// nothing behind.
func TestPoolLeavesNoGarbage(t *testing.T) {
	p, err := NewPool(Options{Strategy: Hybrid})
	if err != nil {
		t.Fatal(err)
	}
	now := testEpoch
	for i := range 5000 {
		now = now.Add(time.Second)
		id := fmt.Sprint("account-", i)
		p.Put(Facts{ID: id, Eligible: true, Priority: i, CoolUntil: now.Add(time.Minute)}, now)
		p.Put(Facts{ID: id, Eligible: true, Priority: i, LastUsed: now}, now)
		p.Select(&Request{}, now)
		p.Remove(id, now)
	}
	if len(p.members) != 1 || len(p.base.groups) > keptGroups+1 || len(p.due.slots) != 0 || p.base.ranked() != 0 {
		t.Errorf("%d slots, %d groups, %d due, %d ranked", len(p.members), len(p.base.groups), len(p.due.slots), p.base.ranked())
	}
}
