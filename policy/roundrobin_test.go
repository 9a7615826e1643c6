package policy_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

func TestRoundRobinOrder(t *testing.T) {
	tests := []struct {
		name     string
		accounts []policy.Facts
		request  policy.Request
		want     string
	}{
		{"equal", []policy.Facts{ready("a"), ready("b"), ready("c")}, policy.Request{}, "a b c a b c a"},
		{"weighted", []policy.Facts{ready("a", weight(5)), ready("b", weight(1)), ready("c", weight(1))}, policy.Request{}, "a a b a c a a"},
		{"twice as much", []policy.Facts{ready("a", weight(1)), ready("b", weight(2))}, policy.Request{}, "b a b b a b b"},
		{"claimed last", []policy.Facts{ready("a", claimed), ready("b"), ready("c")}, policy.Request{}, "b c b c b c b"},
		{"claimed all", []policy.Facts{ready("a", claimed), ready("b", claimed)}, policy.Request{}, "a b a b a b a"},
		{"lower priority", []policy.Facts{ready("a"), ready("b", priority(1)), ready("c", priority(1))}, policy.Request{}, "b c b c b c b"},
		{"tried", []policy.Facts{ready("a"), ready("b"), ready("c")}, policy.Request{Exclude: []string{"a"}}, "b c b c b c b"},
		{
			"back after two turns",
			[]policy.Facts{ready("a"), ready("b", cooling(2*time.Second)), ready("c")},
			policy.Request{},
			"a c a b c a b",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPool(t, policy.RoundRobin, tt.accounts...)
			if got := picks(p, 7, tt.request); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRoundRobinSharesByWeight(t *testing.T) {
	accounts := []policy.Facts{ready("a", weight(20_000)), ready("b", weight(-1)), ready("c", weight(10_000)), ready("d", weight(2))}
	p := newPool(t, policy.RoundRobin, accounts...)
	served := map[string]int{}
	for i := range 20_003 {
		served[pick(p, policy.Request{}, start.Add(time.Duration(i)))]++
	}
	if served["a"] != 10_000 || served["b"] != 1 || served["c"] != 10_000 || served["d"] != 2 {
		t.Errorf("served %v", served)
	}
}

// A pool that shrinks in the middle of a round must not leave the whole rest
// of the round to the accounts that had not had their turn yet.
func TestRoundRobinStaysEvenWhenAccountsLeave(t *testing.T) {
	var accounts []policy.Facts
	for i := range 100 {
		accounts = append(accounts, ready(string(rune('A'+i))))
	}
	p := newPool(t, policy.RoundRobin, accounts...)
	picks(p, 50, policy.Request{})
	for _, f := range accounts[2:99] {
		p.Remove(f.ID, start)
	}
	last := accounts[99].ID
	want := last + " A B " + last + " A B"
	if got := picks(p, 6, policy.Request{}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRoundRobinKeepsTheOrderOfAccountsWithOnePlace(t *testing.T) {
	p := newPool(t, policy.RoundRobin, ready("a", weight(5), places(1)), ready("b", places(1)), ready("c", places(1)))
	var got string
	for range 7 {
		id := pick(p, policy.Request{}, start)
		p.Release(id, start)
		got += id
	}
	if got != "aabacaa" {
		t.Errorf("got %s, want aabacaa", got)
	}
}

func TestRoundRobinChangesWeightAtOnce(t *testing.T) {
	p := newPool(t, policy.RoundRobin, ready("a"), ready("b"))
	picks(p, 2, policy.Request{})
	p.Put(ready("a", weight(3)), start)
	if got := picks(p, 8, policy.Request{}); got != "a a b a a a b a" {
		t.Errorf("got %s", got)
	}
}
