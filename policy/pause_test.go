package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

func TestSightingsPauseThePool(t *testing.T) {
	same := func(seconds int) account.Limit {
		l := limitedUntil(secondsFromNoon(seconds), noon.Add(time.Hour))
		l.Reason = "5h"
		return l
	}
	otherEnd, otherReason, model, paid := same(0), same(0), same(0), same(0)
	otherEnd.Until = otherEnd.Until.Add(3 * time.Second)
	otherReason.Reason = "7d"
	model.Scope, model.Model = account.ScopeModel, "m"
	paid.Paid = true
	for name, test := range map[string]struct {
		accounts int
		limits   []account.Limit
		pauses   bool
	}{
		"three of many":         {10, []account.Limit{same(0), same(1), same(2)}, true},
		"two of many":           {10, []account.Limit{same(0), same(1)}, false},
		"two of two":            {2, []account.Limit{same(0), same(1)}, true},
		"one of one":            {1, []account.Limit{same(0)}, false},
		"too far apart":         {10, []account.Limit{same(0), same(6), same(12)}, false},
		"out of order":          {10, []account.Limit{same(2), same(0), same(1)}, true},
		"another end":           {10, []account.Limit{same(0), same(0), otherEnd}, false},
		"another reason":        {10, []account.Limit{same(0), same(0), otherReason}, false},
		"models":                {10, []account.Limit{model, model, model}, false},
		"what money would mend": {10, []account.Limit{paid, paid, paid}, false},
		"among others":          {10, []account.Limit{same(0), otherEnd, same(1), otherReason, same(2)}, true},
	} {
		var s policy.Sightings
		var pause account.Limit
		pauses := false
		for i, l := range test.limits {
			pause, pauses = s.Learn(fmt.Sprint(i), l, test.accounts)
		}
		if pauses != test.pauses || pauses && (pause.Scope != account.ScopePool || !pause.Until.Equal(noon.Add(time.Hour))) {
			t.Errorf("%s: %v %+v", name, pauses, pause)
		}
	}
	var s policy.Sightings
	for range 5 {
		if _, pauses := s.Learn("one", same(0), 10); pauses {
			t.Error("one account's limit pauses the pool")
		}
	}
	s.Learn("left", same(0), 10)
	s.Forget("left")
	if _, pauses := s.Learn("third", same(0), 10); pauses {
		t.Error("an account that has left pauses the pool")
	}
	if _, pauses := s.Learn("fourth", same(0), 10); !pauses {
		t.Error("those that stayed are forgotten as well")
	}
}
