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
	window, owner, guessed := same(0), same(0), same(0)
	window.Window, owner.Owner, guessed.Unstated = true, true, true
	for name, test := range map[string]struct {
		limits []account.Limit
		pauses bool
	}{
		"three":                   {[]account.Limit{same(0), same(1), same(2)}, true},
		"two":                     {[]account.Limit{same(0), same(1)}, false},
		"too far apart":           {[]account.Limit{same(0), same(6), same(12)}, false},
		"out of order":            {[]account.Limit{same(2), same(0), same(1)}, true},
		"another end":             {[]account.Limit{same(0), same(0), otherEnd}, false},
		"another reason":          {[]account.Limit{same(0), same(0), otherReason}, false},
		"models":                  {[]account.Limit{model, model, model}, false},
		"what money would mend":   {[]account.Limit{paid, paid, paid}, false},
		"what owners would mend":  {[]account.Limit{owner, owner, owner}, false},
		"the accounts' windows":   {[]account.Limit{window, window, window, window}, false},
		"ends that nobody stated": {[]account.Limit{guessed, guessed, guessed}, false},
		"among others":            {[]account.Limit{same(0), otherEnd, same(1), otherReason, same(2)}, true},
	} {
		var s policy.Sightings
		var pause account.Limit
		pauses := false
		for i, l := range test.limits {
			pause, pauses = s.Observe(fmt.Sprint(i), l)
		}
		if pauses != test.pauses || pauses && (pause.Scope != account.ScopePool || !pause.Until.Equal(noon.Add(time.Hour))) {
			t.Errorf("%s: %v %+v", name, pauses, pause)
		}
	}
}

func TestSightingsCountAccounts(t *testing.T) {
	l := limitedUntil(noon, noon.Add(time.Hour))
	var s policy.Sightings
	for range 5 {
		if _, pauses := s.Observe("one", l); pauses {
			t.Error("one account's limit pauses the pool")
		}
	}
	s.Observe("left", l)
	s.Forget("left")
	if _, pauses := s.Observe("third", l); pauses {
		t.Error("an account that has left pauses the pool")
	}
	if _, pauses := s.Observe("fourth", l); !pauses {
		t.Error("those that stayed are forgotten as well")
	}
	s.Succeeded(noon.Add(time.Second))
	if _, pauses := s.Observe("fifth", l); pauses {
		t.Error("an account that answered well since does not count")
	}
}
