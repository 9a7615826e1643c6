package shared

import "time"

// Earlier returns the first of two moments; a zero one is none.
func Earlier(a, b time.Time) time.Time {
	if a.IsZero() || (b.Before(a) && !b.IsZero()) {
		return b
	}
	return a
}

// Later returns the last of two moments.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// MovedBack is t by a clock that was set back; zero stays none.
func MovedBack(t time.Time, by time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-by)
}
