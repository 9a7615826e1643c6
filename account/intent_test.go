package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

func TestRequestOnItsWay(t *testing.T) {
	const timeout = 15 * time.Second
	at := time.Date(2026, 5, 4, 10, 11, 12, 0, time.UTC)
	for name, test := range map[string]struct {
		intent account.Intent
		after  time.Duration
		want   time.Time
	}{
		"just sent":                {intent: account.Intent{At: at}, want: at.Add(timeout)},
		"sent long ago":            {intent: account.Intent{At: at}, after: timeout},
		"sent once more":           {intent: account.Intent{At: at, SentAt: at.Add(time.Minute)}, after: time.Minute, want: at.Add(time.Minute + timeout)},
		"seen to end":              {intent: account.Intent{At: at, Ended: true}},
		"before the clock was set": {intent: account.Intent{At: at}, after: -time.Hour},
		"nobody knows when":        {},
	} {
		if got := test.intent.OnItsWay(at.Add(test.after), timeout); !got.Equal(test.want) {
			t.Errorf("%s: until %v, want %v", name, got, test.want)
		}
	}
}

// Only two deaths count as sent twice: an exchange that a process saw fail, as
// in an outage, may be repeated as often as it takes.
func TestRepeatedIntent(t *testing.T) {
	at := time.Date(2026, 5, 4, 10, 11, 12, 0, time.UTC)
	for name, test := range map[string]struct {
		intent account.Intent
		want   bool
	}{
		"after a death":   {account.Intent{Token: "t", At: at, Process: 4711}, true},
		"after a failure": {account.Intent{Token: "t", At: at, Process: 4711, Ended: true}, false},
	} {
		got := test.intent.Repeat(at.Add(time.Hour))
		if got.SentTwice() != test.want || got.Token != "t" || !got.At.Equal(at) || got.Process != 4711 {
			t.Errorf("%s: %+v", name, got)
		}
		if lost := got.Lost(); !strings.Contains(lost, "process 4711") || strings.Contains(lost, "11:11:12") != test.want {
			t.Errorf("%s: it says %q", name, lost)
		}
	}
}

func TestLostSaysOnWhichMachine(t *testing.T) {
	i := account.Intent{Process: 4711, Host: "gateway-2"}
	if got := i.Lost(); !strings.Contains(got, "by process 4711 on gateway-2, and") {
		t.Errorf("it says %q", got)
	}
}
