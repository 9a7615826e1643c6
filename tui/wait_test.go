package tui

import (
	"testing"
	"time"
)

func TestWait(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "0s", 0: "0s", time.Millisecond: "1s", 45 * time.Second: "45s",
		59*time.Second + time.Nanosecond: "1m", time.Minute: "1m", 90 * time.Second: "1m",
		time.Hour: "1h", 26*time.Hour + 3*time.Minute + 9*time.Second: "1d 2h 3m", 48 * time.Hour: "2d",
	} {
		if got := Wait(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
