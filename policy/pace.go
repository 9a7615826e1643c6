package policy

import (
	"math"
	"time"
)

// The points for pace: an account that uses its quota more slowly than time
// passes gets up to mostAhead, one that uses it faster down to mostBehind.
const (
	// target is the utilization, in percent, that pace aims at for a window's end.
	target       = 90
	aheadFactor  = 3
	behindFactor = 4
	mostAhead    = 120
	mostBehind   = -160
)

// paceOf scores the pace of the window in which it is worst.
func paceOf(windows []Window, epoch, now Instant) segment {
	worst := segment{until: forever}
	known := false
	for i := range windows {
		w := &windows[i]
		if !w.live(now) || w.ResetAt == 0 || w.Length <= 0 {
			continue
		}
		pace := w.pace(epoch, now)
		if known {
			pace = lower(worst, pace, epoch, now)
		}
		worst, known = pace, true
	}
	return worst
}

// pace scores one window by its slack: how many percent its utilization is below
// target × the share of the window that has passed.
func (w *Window) pace(epoch, now Instant) segment {
	start := w.ResetAt - Instant(w.Length)
	used := w.percent()
	perSecond := target / w.Length.Seconds()
	slack := line{slope: perSecond, base: perSecond*secondsFrom(start, epoch) - used}
	until := func(slack float64) Instant {
		return min(w.ResetAt, start.Add(share(w.Length, (used+slack)/target)))
	}
	switch {
	case now < start:
		return segment{line{base: max(mostBehind, -behindFactor*used)}, start}
	case now < until(mostBehind/behindFactor):
		return segment{line{base: mostBehind}, until(mostBehind / behindFactor)}
	case now < until(0):
		return segment{slack.times(behindFactor), until(0)}
	case now < until(mostAhead/aheadFactor):
		return segment{slack.times(aheadFactor), until(mostAhead / aheadFactor)}
	}
	return segment{line{base: mostAhead}, w.ResetAt}
}

func (l line) times(factor float64) line {
	return line{slope: l.slope * factor, base: l.base * factor}
}

// share returns part × d, to the nanosecond.
func share(d time.Duration, part float64) time.Duration {
	scaled := math.Round(float64(d) * part)
	if scaled >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(scaled)
}

// lower returns the lower of two segments. It holds until the other one is lower.
func lower(a, b segment, epoch, now Instant) segment {
	t := secondsFrom(epoch, now)
	x, y := a.at(t), b.at(t)
	if y < x {
		a, b, x, y = b, a, y, x
	}
	a.until = min(a.until, b.until)
	if closing := a.slope - b.slope; closing > 0 {
		meet := share(time.Second, (y-x)/closing)
		a.until = min(a.until, now.Add(max(meet, 1)))
	}
	return a
}

// percent returns the utilization as a number within bounds.
func (w *Window) percent() float64 {
	if math.IsNaN(w.Utilization) {
		return 0
	}
	return min(max(w.Utilization, 0), 1000)
}
