package policy

import (
	"math"
	"time"
)

// The points for pace: an account that uses its quota more slowly than time
// passes gets up to mostAhead, one that uses it faster down to mostBehind.
const (
	// target is the utilization, in percent, to arrive at when a window ends.
	target       = 90
	aheadFactor  = 3
	behindFactor = 4
	mostAhead    = 120
	mostBehind   = -160
)

// paceOf scores the pace of the window where it is worst.
func paceOf(windows []Window, epoch, now Instant) spell {
	worst := spell{until: forever}
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

// pace scores one window by its slack: by how many percent its utilization is
// below target × the share of the window that has passed.
func (w *Window) pace(epoch, now Instant) spell {
	start := w.ResetAt - Instant(w.Length)
	used := w.percent()
	perSecond := target / w.Length.Seconds()
	slack := line{slope: perSecond, base: perSecond*secondsFrom(start, epoch) - used}
	until := func(slack float64) Instant {
		return min(w.ResetAt, start.Add(share(w.Length, (used+slack)/target)))
	}
	switch {
	case now < start:
		return spell{line{base: max(mostBehind, -behindFactor*used)}, start}
	case now < until(mostBehind/behindFactor):
		return spell{line{base: mostBehind}, until(mostBehind / behindFactor)}
	case now < until(0):
		return spell{slack.times(behindFactor), until(0)}
	case now < until(mostAhead/aheadFactor):
		return spell{slack.times(aheadFactor), until(mostAhead / aheadFactor)}
	}
	return spell{line{base: mostAhead}, w.ResetAt}
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

// lower returns the lower of two spells, until the other one is.
func lower(a, b spell, epoch, now Instant) spell {
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

// percent returns the utilization, made a number to reckon with.
func (w *Window) percent() float64 {
	if math.IsNaN(w.Utilization) {
		return 0
	}
	return min(max(w.Utilization, 0), 1000)
}
