package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

// fewestInFlight picks the account with the fewest requests, and notes whom it
// could choose from.
type fewestInFlight struct {
	offered string
	decline bool
	panics  bool
}

func (s *fewestInFlight) Pick(candidates []policy.Candidate, _ policy.Request, now time.Time) int {
	if s.panics {
		panic("broken")
	}
	if !now.Equal(start.Time()) || s.decline {
		return -1
	}
	best := 0
	var ids []string
	for i := range candidates {
		c := &candidates[i]
		id := c.ID
		if c.Active {
			id += "*"
		}
		ids = append(ids, id)
		if c.InFlight < candidates[best].InFlight {
			best = i
		}
	}
	s.offered = strings.Join(ids, " ")
	return best
}

func TestCustomStrategy(t *testing.T) {
	s := &fewestInFlight{}
	p := newPoolOf(t, policy.Options{Custom: s},
		ready("a", places(9)), ready("b", places(9), claimed), ready("c", cooling(hour)), ready("d", priority(-1)),
		ready("e", limited(0)), ready("f", places(9)))
	for _, step := range []struct {
		tried         []string
		want, offered string
	}{
		{nil, "a", "a b f"},
		{nil, "b", "a* b f"},
		{[]string{"f"}, "a", "a b*"},
		{[]string{"a", "b", "f"}, "d", "d"},
		{[]string{"a", "b", "f", "d"}, "e", "e"},
		{[]string{"a", "b", "f", "d", "e"}, "[all limited]", "e"},
	} {
		if got := pick(p, policy.Request{Exclude: step.tried}, start); got != step.want || s.offered != step.offered {
			t.Errorf("tried %v: got %s of %s, want %s of %s", step.tried, got, s.offered, step.want, step.offered)
		}
	}
	s.decline = true
	if got := pick(p, policy.Request{}, start); got != "[declined by the strategy]" {
		t.Errorf("got %s", got)
	}
	s.panics = true
	if got := pick(p, policy.Request{}, start); got != "[the strategy panicked]" {
		t.Errorf("got %s", got)
	}
	s.decline, s.panics = false, false
	if got := pick(p, policy.Request{}, start); got != "f" {
		t.Errorf("after a panic: got %s", got)
	}
}
