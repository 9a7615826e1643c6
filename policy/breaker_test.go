package policy_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

const (
	trouble  = account.ClassServerError
	success  = account.ClassSuccess
	hopeless = 100 // seconds, longer than any pause
)

// at returns a moment some seconds after the start.
func at(seconds float64) policy.Instant {
	return start.Add(time.Duration(seconds * float64(time.Second)))
}

// result is what came of a request of an account that began then.
func result(class account.Class, id string, leased float64) policy.Result {
	return policy.Result{Class: class, Account: id, LeasedAt: at(leased)}
}

// opened returns a breaker that has just opened, at the start.
func opened(tb testing.TB) *policy.Breaker {
	tb.Helper()
	var b policy.Breaker
	if change := b.Observe(result(account.ClassChallenge, "a", 0), at(0), 0.99); change != policy.Opened {
		tb.Fatalf("change %d", change)
	}
	return &b
}

func TestBreakerOpens(t *testing.T) {
	for name, test := range map[string]struct {
		results []policy.Result
		every   float64
		opens   bool
	}{
		"one flaky answer":        {[]policy.Result{result(trouble, "a", 0)}, 1, false},
		"a flaky account":         {repeat(20, result(trouble, "a", 0)), 1, false},
		"one request's":           {append(repeat(3, result(trouble, "a", 0)), repeat(3, result(trouble, "b", 0))...), 1, false},
		"two accounts in a row":   {append(repeat(9, result(trouble, "a", 0)), result(trouble, "b", 0)), 1, true},
		"overloaded":              {append(repeat(4, result(account.ClassOverloaded, "a", 0)), result(account.ClassOverloaded, "b", 0)), 1, true},
		"a success between":       {append(append(repeat(9, result(trouble, "a", 0)), result(success, "a", 0)), repeat(9, result(trouble, "b", 0))...), 1, false},
		"now and then":            {append(repeat(9, result(trouble, "a", 0)), repeat(9, result(trouble, "b", 0))...), 61, false},
		"the only account":        {repeat(10, policy.Result{Class: trouble, Account: "a", LeasedAt: start, Alone: true}), 1, true},
		"a challenge":             {[]policy.Result{result(account.ClassChallenge, "a", 0)}, 1, true},
		"the callers' own faults": {repeat(20, result(account.ClassCaller, "a", 0)), 1, false},
		"callers that leave":      {append(repeat(3, result(account.ClassCancelled, "a", 0)), repeat(3, result(account.ClassCancelled, "b", 0))...), 1, false},
		"no answers and errors":   {append(repeat(5, result(account.ClassNetwork, "a", 0)), repeat(5, result(trouble, "b", 0))...), 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			var b policy.Breaker
			opens := false
			for i, r := range test.results {
				opens = b.Observe(r, at(float64(i)*test.every), 0.5) == policy.Opened || opens
			}
			if opens != test.opens {
				t.Errorf("opens: %v", opens)
			}
		})
	}
}

func repeat(n int, r policy.Result) []policy.Result {
	all := make([]policy.Result, n)
	for i := range all {
		all[i] = r
	}
	return all
}

// One probe at a time goes, once the pause is over; what comes of it decides.
func TestBreakerProbes(t *testing.T) {
	b := opened(t)
	if until, probing := b.Wait(at(1)); until == 0 || until > at(2) || probing {
		t.Fatalf("an open breaker waits until %d, probing %v", until-start, probing)
	}
	if until, _ := b.Wait(at(2)); until != 0 {
		t.Fatal("the pause does not end")
	}
	b.Begin(at(2))
	if until, probing := b.Wait(at(3)); until != at(12) || !probing {
		t.Fatalf("a second probe may go at %d", until-start)
	}
	for _, old := range []account.Class{success, trouble, account.ClassCancelled} {
		if change := b.Observe(result(old, "a", 1.9), at(3), 0.5); change != policy.Unchanged {
			t.Errorf("a %v of an older generation counts: %d", old, change)
		}
	}
	if change := b.Observe(result(trouble, "a", 2), at(4), 0.99); change != policy.Reopened {
		t.Fatalf("a failed probe: %d", change)
	}
	if until, _ := b.Wait(at(5)); until <= at(7) || until > at(8) {
		t.Errorf("the second pause ends at %d", until-start)
	}
	b.Begin(at(8))
	if change := b.Observe(result(account.ClassLimited, "a", 8), at(9), 0.5); change != policy.Closed || b.NeedsSuccesses() {
		t.Errorf("a probe that was answered: %d, alert %v", change, b.NeedsSuccesses())
	}
	if change := b.Observe(result(account.ClassChallenge, "a", 8.5), at(9), 0.5); change != policy.Unchanged {
		t.Errorf("a challenge from before the breaker closed: %d", change)
	}
}

func TestBreakerDoesWithoutALostProbe(t *testing.T) {
	b := opened(t)
	b.Begin(at(2))
	if change := b.Observe(result(account.ClassCancelled, "a", 2), at(3), 0.5); change != policy.Reopened {
		t.Fatalf("a probe that was given up: %d", change)
	}
	if until, _ := b.Wait(at(3)); until != 0 {
		t.Fatal("no other probe may go")
	}
	b.Begin(at(3))
	if until, _ := b.Wait(at(13)); until != 0 {
		t.Fatal("a probe without an answer is waited for without end")
	}
	b.Begin(at(13))
	if change := b.Observe(result(success, "a", 3), at(14), 0.5); change != policy.Closed {
		t.Errorf("the late answer of the first probe: %d", change)
	}
}

func TestBreakerOutlivesAClockSetBack(t *testing.T) {
	b := opened(t)
	if until, _ := b.Wait(at(-3600)); until != 0 {
		t.Fatal("the pause became an hour longer")
	}
	b.Begin(at(-3600))
	if change := b.Observe(result(success, "a", -3600), at(-3599), 0.5); change != policy.Closed {
		t.Errorf("change %d", change)
	}
}

// Whatever happens: nothing goes before the pause is over, pauses grow no
// longer than a minute, and an answer after that closes the breaker.
func TestBreakerLaws(t *testing.T) {
	classes := rapid.SampledFrom([]account.Class{success, trouble, account.ClassChallenge, account.ClassNetwork, account.ClassCancelled, account.ClassCaller})
	rapid.Check(t, func(t *rapid.T) {
		var b policy.Breaker
		now, isOpen, begun := 0.0, false, 0.0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now += rapid.SampledFrom([]float64{0.1, 1, 5, 70}).Draw(t, "time passes")
			until, _ := b.Wait(at(now))
			if until > at(now+60) {
				t.Fatalf("a pause until %v", (until-start)/1e9)
			}
			if until == 0 && rapid.Bool().Draw(t, "begins") {
				b.Begin(at(now))
				begun = now
			}
			class := classes.Draw(t, "class")
			id := fmt.Sprint(rapid.IntRange(0, 2).Draw(t, "account"))
			change := b.Observe(result(class, id, begun), at(now), rapid.Float64Range(0, 0.99).Draw(t, "jitter"))
			switch {
			case change == policy.Opened && (isOpen || !policy.IsTrouble(class)),
				change == policy.Closed && (!isOpen || policy.IsTrouble(class)),
				change == policy.Reopened && !isOpen:
				t.Fatalf("change %d by a %v of a breaker that is open: %v", change, class, isOpen)
			}
			isOpen = change == policy.Opened || isOpen && change != policy.Closed
			if isOpen && !b.NeedsSuccesses() {
				t.Fatal("an open breaker is not on the alert")
			}
		}
		b.Begin(at(now + hopeless))
		b.Observe(result(success, "a", now+hopeless), at(now+hopeless), 0.5)
		if until, _ := b.Wait(at(now + hopeless)); until != 0 || b.NeedsSuccesses() {
			t.Fatal("a success does not end it")
		}
	})
}

// One account's trouble may be its own: while the breaker is open, whoever has
// not failed may be asked, and a success of theirs closes it.
func TestBreakerKnowsWhoFailed(t *testing.T) {
	var b policy.Breaker
	for i, id := range []string{"a", "b", "a", "b", "a", "b", "a", "b", "a", "b"} {
		b.Observe(result(trouble, id, float64(i)), at(float64(i)), 0.99)
	}
	if ids, all := b.Failed(3); len(ids) != 2 || all {
		t.Fatalf("failed: %v, all: %v", ids, all)
	}
	if change := b.Observe(result(trouble, "c", 10), at(10.5), 0.5); change != policy.Unchanged {
		t.Errorf("another failure while it is open: %d", change)
	}
	if ids, all := b.Failed(3); len(ids) != 3 || !all {
		t.Errorf("failed: %v, all: %v", ids, all)
	}
	if _, all := b.Failed(4); all {
		t.Error("the fourth has not failed")
	}
	if change := b.Observe(result(success, "d", 8.5), at(10.6), 0.5); change != policy.Unchanged {
		t.Errorf("a success from before it opened: %d", change)
	}
	if change := b.Observe(result(success, "d", 10), at(10.6), 0.5); change != policy.Closed || b.NeedsSuccesses() {
		t.Errorf("a success since it opened: %d", change)
	}
	if ids, _ := b.Failed(4); len(ids) != 0 {
		t.Errorf("after the success: %v", ids)
	}
}

// Enough accounts that fail speak for all others.
func TestBreakerNeedsNotEveryAccount(t *testing.T) {
	var b policy.Breaker
	for i := range 100 {
		b.Observe(result(trouble, fmt.Sprint(i), 1), at(1), 0.5)
	}
	if ids, all := b.Failed(10_000); len(ids) != 64 || !all {
		t.Errorf("%d failed, all: %v", len(ids), all)
	}
}
