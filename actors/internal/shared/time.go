package shared

import "time"

// Earlier returns the earlier of two moments; a zero one is ignored.
func Earlier(a, b time.Time) time.Time {
	if a.IsZero() || (b.Before(a) && !b.IsZero()) {
		return b
	}
	return a
}

// Later returns the later of two moments.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// MovedBack returns t corrected for a clock that was set back by by. A zero time
// stays zero.
func MovedBack(t time.Time, by time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-by)
}
