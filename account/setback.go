package account

import (
	"slices"
	"time"
)

// FromAfter reports whether the record holds anything that was seen after now.
// A clock was set back then.
func (r *Record) FromAfter(now time.Time) bool {
	late := func(l Limit) bool { return l.SeenAt.After(now) }
	return (r.Fault != nil && r.Fault.At.After(now)) || r.RefusedToken.At.After(now) ||
		r.Refusals.Since.After(now) || slices.ContainsFunc(r.Limits, late)
}

// SetBack corrects what was seen after now, because the clock has been set back
// by that much: limits last as long as they would have, and no longer. What was
// corrected already stays.
func (r *Record) SetBack(now time.Time, by time.Duration) {
	limits := slices.Clone(r.Limits)
	for i := range limits {
		if l := &limits[i]; l.SeenAt.After(now) {
			l.SeenAt, l.Until = l.SeenAt.Add(-by), l.Until.Add(-by)
		}
	}
	r.Limits = limits
	if f := r.Fault; f != nil && f.At.After(now) {
		moved := *f
		moved.At = moved.At.Add(-by)
		r.Fault = &moved
	}
	for _, at := range []*time.Time{&r.RefusedToken.At, &r.Refusals.Since} {
		if at.After(now) {
			*at = at.Add(-by)
		}
	}
}
