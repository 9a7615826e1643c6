package tui

import (
	"strings"
	"time"
)

// When says how long it is until a moment, and which that is, in local time: "in 2h
// 14m (16:40)". Another day is named, and one that is six days away or more is dated
// too: "Fri" alone could be either of two.
func When(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	layout := "15:04"
	switch days := daysBetween(now, at); {
	case days >= 6 || days < 0:
		layout = "Mon 2 Jan 15:04"
	case days > 0:
		layout = "Mon 15:04"
	}
	return "in " + ShortWait(at.Sub(now)) + " (" + at.Format(layout) + ")"
}

// daysBetween counts the midnights between two moments of one time zone.
func daysBetween(from, to time.Time) int {
	midnight := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC) }
	return int(midnight(to).Sub(midnight(from)).Hours() / 24)
}

// ShortWait is [Wait] by its two greatest units.
func ShortWait(d time.Duration) string {
	parts := strings.Fields(Wait(d))
	return strings.Join(parts[:min(2, len(parts))], " ")
}
