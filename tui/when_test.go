package tui_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/tui"
)

func TestWhen(t *testing.T) {
	now := time.Date(2026, 11, 27, 5, 0, 0, 0, time.Local) // a Friday
	for wait, want := range map[time.Duration]string{
		134 * time.Minute:          "in 2h 14m (07:14)",
		20 * time.Hour:             "in 20h (Sat 01:00)",
		5*24*time.Hour + time.Hour: "in 5d 1h (Wed 06:00)",
		6 * 24 * time.Hour:         "in 6d (Thu 3 Dec 05:00)",
		6*24*time.Hour + 23*time.Hour + 45*time.Minute: "in 6d 23h (Fri 4 Dec 04:45)",
		40 * 24 * time.Hour:                            "in 40d (Wed 6 Jan 05:00)",
	} {
		if got := tui.When(now.Add(wait), now); got != want {
			t.Errorf("%v: %q, want %q", wait, got, want)
		}
	}
}
