package policy

import (
	"math"
	"time"
)

// Instant is a moment by the wall clock, in nanoseconds since the Unix epoch.
// The zero value means never, or not known.
type Instant int64

// forever is the last instant there is, in the year 2262.
const forever Instant = math.MaxInt64

// At returns the instant of t: zero for the zero time and for what lies before
// 1970, the last instant for what lies after 2262.
func At(t time.Time) Instant {
	switch {
	case t.Unix() < 0:
		return 0
	case t.Unix() >= int64(forever)/int64(time.Second):
		return forever
	}
	return Instant(t.UnixNano())
}

// Time returns the instant as a time in the local zone; the zero Instant gives
// the zero time.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(i))
}

// Add returns the instant d later. It stops at the last instant.
func (i Instant) Add(d time.Duration) Instant {
	if d > 0 && i > forever-Instant(d) {
		return forever
	}
	return i + Instant(d)
}
