package policy_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

func TestPollDue(t *testing.T) {
	seen := func(ago time.Duration) []account.UsageWindow {
		return []account.UsageWindow{{Name: "7d", SeenAt: noon.Add(-time.Hour)}, {Name: "5h", SeenAt: noon.Add(-ago)}}
	}
	tests := map[string]struct {
		rec account.Record
		due bool
	}{
		"nothing is known":                  {account.Record{}, true},
		"figures of just now":               {account.Record{Usage: seen(time.Minute)}, false},
		"old figures":                       {account.Record{Usage: seen(6 * time.Minute)}, true},
		"asked, without figures":            {account.Record{Poll: account.Poll{UsageAt: noon.Add(-time.Minute)}}, false},
		"asked long ago":                    {account.Record{Poll: account.Poll{UsageAt: noon.Add(-5 * time.Minute)}}, true},
		"asked by one a moment ahead":       {account.Record{Poll: account.Poll{UsageAt: noon.Add(time.Millisecond)}}, false},
		"asked by a clock since set back":   {account.Record{Poll: account.Poll{UsageAt: noon.Add(time.Hour)}}, true},
		"refused for a while":               {account.Record{Poll: account.Poll{RetryAt: noon.Add(time.Minute)}}, false},
		"refused until now":                 {account.Record{Poll: account.Poll{RetryAt: noon}}, true},
		"refused by a clock since set back": {account.Record{Poll: account.Poll{RetryAt: noon.Add(48 * time.Hour)}}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := policy.PollDue(&tt.rec, noon.Add(-5*time.Minute), noon); got != tt.due {
				t.Errorf("due: %v", got)
			}
		})
	}
}

func TestPollWait(t *testing.T) {
	for failures := range 100 {
		for _, jitter := range []float64{0, 0.999} {
			if d := policy.PollWait(failures+1, 0, jitter); d < policy.PollGap || d > time.Hour {
				t.Errorf("%v after %d failures", d, failures+1)
			}
		}
	}
	if d := policy.PollWait(1, 2*time.Hour, 0); d != 2*time.Hour {
		t.Errorf("%v where the server asked for two hours", d)
	}
	if d := policy.PollWait(1, 1000*time.Hour, 0); d != 24*time.Hour {
		t.Errorf("%v where the server asked for six weeks", d)
	}
}
