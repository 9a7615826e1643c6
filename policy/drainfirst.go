package policy

// drainFirst uses the quota that is lost soonest. The value of an account is the
// remaining share of its shortest window, divided by the time to that window's
// reset. Accounts are ranked by the negated inverse, seconds for each percent
// left, because that is a line.
type drainFirst struct{}

const (
	// noWindow is subtracted for an account without a usable window: it comes
	// after all whose quota is known to end.
	noWindow = -1e9
	// aheadOfPace is subtracted for an account that is ahead of the pace in one
	// of its longer windows: its quota is short, not about to be lost.
	aheadOfPace = -2e9
	// leastLeft is the least percentage that counts as left.
	leastLeft = 0.01
)

func (drainFirst) traits() traits { return traits{claimsLast: true} }

func (drainFirst) line(f *Facts, epoch, now Instant) (line, Instant) {
	shortest := shortestOf(f.Windows, now)
	if shortest == nil {
		return line{base: noWindow}, nextReset(f.Windows, now)
	}
	left := max(100-shortest.percent(), leastLeft)
	l := line{slope: 1 / left, base: -secondsFrom(epoch, shortest.ResetAt) / left}
	until := nextReset(f.Windows, now)
	for i := range f.Windows {
		w := &f.Windows[i]
		if !w.timed(now) || w.Length <= shortest.Length {
			continue
		}
		if opens := w.opens(); opens > now {
			l.base += aheadOfPace
			return l, min(until, opens)
		}
	}
	return l, until
}

func (drainFirst) pick(p *Pool, q *query) Slot {
	s, _ := p.top(q)
	if s != nobody {
		*q.active = s
	}
	return s
}

// timed reports whether the window's figures count and its end is known.
func (w *Window) timed(now Instant) bool {
	return w.live(now) && w.ResetAt != 0 && w.Length > 0
}

// opens returns when the window's utilization is no longer above the pace.
func (w *Window) opens() Instant {
	if w.percent() == 0 {
		return 0
	}
	start := w.ResetAt - Instant(w.Length)
	return min(w.ResetAt, start.Add(share(w.Length, w.percent()/target)))
}

// shortestOf returns the shortest window whose figures count, nil for none.
func shortestOf(windows []Window, now Instant) *Window {
	var shortest *Window
	for i := range windows {
		w := &windows[i]
		if w.timed(now) && (shortest == nil || w.Length < shortest.Length) {
			shortest = w
		}
	}
	return shortest
}

// nextReset returns when the next window's figures stop counting.
func nextReset(windows []Window, now Instant) Instant {
	next := forever
	for i := range windows {
		if w := &windows[i]; w.live(now) {
			next = min(next, w.end())
		}
	}
	return next
}
