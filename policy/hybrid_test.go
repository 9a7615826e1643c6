package policy_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

const (
	hour = time.Hour
	week = 168 * time.Hour
)

func TestHybridScores(t *testing.T) {
	tests := []struct {
		name   string
		better []func(*policy.Facts)
		worse  []func(*policy.Facts)
	}{
		{"more quota left", with(window(10, 0, hour)), with(window(11, 0, hour))},
		{"unknown quota counts as 65", nil, with(window(66, 0, hour))},
		{"less than unknown quota used", with(window(64, 0, hour)), nil},
		{"the highest utilization counts", with(window(30, 0, hour)), with(window(10, 0, hour), window(31, 0, hour))},
		{"a window that was reset is unknown", with(window(99, 0, -hour)), with(window(66, 0, hour))},
		{"health", nil, with(failures(1))},
		{"failures beyond the most count no more", with(failures(3), window(64, 0, hour)), with(failures(9))},
		{"rest", with(used(101 * time.Second)), with(used(100 * time.Second))},
		{"rest up to 900 seconds", with(used(2*hour), window(64, 0, hour)), with(used(900*time.Second), window(65, 0, hour))},
		{"claims", with(window(90, 0, hour)), with(claimed, window(46, 0, hour))},
		{"pace ahead", with(window(20, 5*hour, hour)), with(window(20, 5*hour, 4*hour))},
		{"pace behind", with(window(60, 5*hour, 3*hour)), with(window(60, 5*hour, 4*hour))},
		{"the worst pace counts", with(window(40, 5*hour, 2*hour)), with(window(40, 5*hour, 2*hour), window(40, week, week/2+30*hour))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPool(t, policy.Hybrid, ready("worse", tt.worse...), ready("better", tt.better...))
			if got := pick(p, policy.Request{}, start); got != "better" {
				t.Errorf("got %s", got)
			}
		})
	}
}

func with(changes ...func(*policy.Facts)) []func(*policy.Facts) { return changes }

// 160 points, 120 for being active and 40 of margin, are 35.6 % of quota.
func TestHybridLeavesTheActiveAccountOnlyByAMargin(t *testing.T) {
	for utilization, want := range map[float64]string{14.5: "active", 14.4: "other"} {
		p := newPool(t, policy.Hybrid, ready("active", window(50, 0, hour)), ready("other", window(utilization, 0, hour)))
		p.SetActive("active")
		if got := pick(p, policy.Request{}, start); got != want {
			t.Errorf("at %v %%: got %s, want %s", utilization, got, want)
		}
	}
}

func TestHybridMovesForPriorityWithoutMargin(t *testing.T) {
	p := newPool(t, policy.Hybrid, ready("active"), ready("other", priority(1), window(100, 0, hour)))
	p.SetActive("active")
	if got := pick(p, policy.Request{}, start); got != "other" {
		t.Errorf("got %s", got)
	}
	p.Put(ready("active", priority(2)), start)
	if got := pick(p, policy.Request{}, start); got != "active" {
		t.Errorf("got %s", got)
	}
	p.Put(ready("other"), start)
	if got := pick(p, policy.Request{}, start); got != "active" {
		t.Errorf("got %s: the active one has the higher priority", got)
	}
}

func TestHybridBreaksTiesByOrder(t *testing.T) {
	figures := with(window(50, 5*hour, 2*hour), used(time.Minute))
	p := newPool(t, policy.Hybrid)
	for i, id := range []string{"a", "b", "c", "d"} { // at different moments, which must not matter
		p.Put(ready(id, figures...), start.Add(time.Duration(i)*time.Second))
	}
	if got := pick(p, policy.Request{}, start.Add(time.Minute)); got != "a" {
		t.Errorf("got %s", got)
	}
}

func TestHybridScoresChangeWithTime(t *testing.T) {
	p := newPool(t, policy.Hybrid, ready("a", window(30, 5*hour, 5*hour)), ready("b", window(45, 5*hour, hour)))
	if got := pick(p, policy.Request{}, start); got != "b" {
		t.Fatalf("got %s: b is ahead of its pace", got)
	}
	if got := pick(p, policy.Request{}, start.Add(hour)); got != "b" {
		t.Fatalf("got %s: b is unknown by now, but active", got)
	}
	if got := pick(p, policy.Request{}, start.Add(4*hour)); got != "a" {
		t.Errorf("got %s: by now a is ahead of its pace, b unknown", got)
	}
}

// Pinned requests and those of other models tire an account as well.
func TestHybridCountsEveryUseAgainstRest(t *testing.T) {
	opus := policy.Request{Model: "opus"}
	tests := map[string][]policy.Request{
		"pinned":       {{Pin: "a"}},
		"other models": {opus, opus, opus, opus, opus, opus},
		"not at all":   nil,
	}
	for name, requests := range tests {
		p := newPool(t, policy.Hybrid, ready("x", coolingFor("opus", hour)), ready("y", coolingFor("opus", hour)),
			ready("z", coolingFor("opus", hour)), ready("a"), ready("b", used(10*time.Minute)))
		p.SetActive("x")
		for _, r := range requests {
			if got := pick(p, r, start); got != "a" {
				t.Fatalf("%s: %+v got %s", name, r, got)
			}
		}
		for _, id := range []string{"x", "y", "z"} {
			p.Put(ready(id, switched), start)
		}
		want := "b"
		if requests == nil {
			want = "a"
		}
		if got := pick(p, policy.Request{}, start); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
