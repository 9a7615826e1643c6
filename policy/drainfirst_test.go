package policy_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/policy"
)

func TestDrainFirst(t *testing.T) {
	tests := []struct {
		name     string
		accounts []policy.Facts
		want     string
	}{
		{"the sooner reset", []policy.Facts{ready("a", window(20, 5*hour, 4*hour)), ready("b", window(20, 5*hour, hour))}, "b"},
		{"the more left", []policy.Facts{ready("a", window(90, 5*hour, hour)), ready("b", window(20, 5*hour, 2*hour))}, "b"},
		{"nothing left", []policy.Facts{ready("a", window(100, 5*hour, hour/60)), ready("b", window(50, 5*hour, 5*hour))}, "b"},
		{"known before unknown", []policy.Facts{ready("a"), ready("b", window(99, 5*hour, 5*hour))}, "b"},
		{"windows that were reset are unknown", []policy.Facts{ready("a", window(0, 5*hour, -hour)), ready("b", window(99, 5*hour, 5*hour))}, "b"},
		{
			"a longer window that runs short",
			[]policy.Facts{ready("a", window(10, 5*hour, hour), window(60, week, week/2)), ready("b", window(10, 5*hour, 4*hour))},
			"b",
		},
		{
			"a longer window within its pace",
			[]policy.Facts{ready("a", window(10, 5*hour, hour), window(40, week, week/2)), ready("b", window(10, 5*hour, 4*hour))},
			"a",
		},
		{
			"a longer window that has not begun",
			[]policy.Facts{ready("a", window(10, 5*hour, hour), window(0, week, week+hour)), ready("b", window(10, 5*hour, 4*hour))},
			"a",
		},
		{"unclaimed first", []policy.Facts{ready("a", window(20, 5*hour, hour), claimed), ready("b")}, "b"},
		{"priority first", []policy.Facts{ready("a", window(20, 5*hour, hour)), ready("b", priority(1))}, "b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPool(t, policy.DrainFirst, tt.accounts...)
			if got := pick(p, policy.Request{}, start); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
