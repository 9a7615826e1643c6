package tui

import (
	"fmt"
	"strings"
	"time"
)

// Wait returns a time to wait in words, as a person reads it: "1d 2h 3m",
// "5m", "45s". What is left of a second counts as one; seconds show only when
// there is nothing longer, and nothing to wait for is "0s".
func Wait(d time.Duration) string {
	seconds := int64((max(0, d) + time.Second - 1) / time.Second)
	if seconds < 60 {
		return fmt.Sprintf("%ds", seconds)
	}
	minutes := seconds / 60
	var parts []string
	for _, unit := range []struct {
		minutes int64
		name    string
	}{{24 * 60, "d"}, {60, "h"}, {1, "m"}} {
		if n := minutes / unit.minutes; n > 0 {
			parts = append(parts, fmt.Sprintf("%d%s", n, unit.name))
		}
		minutes %= unit.minutes
	}
	return strings.Join(parts, " ")
}
