package simulation

import "time"

// bound returns work that no strategy can exceed, not even one that knows the
// future. It is the maximum flow from the accounts through days into the work
// asked for, within limits that hold for every choice of windows:
//
//   - an account serves in one day at most what it could alone, with the day's
//     whole load to choose from and its 5-hour windows placed at best;
//   - since each 7-day window begins no earlier than the last one ends, an
//     account serves until its w-th week ends at most what was left of the
//     first window and w full ones.
func bound(requests []request) int64 {
	byDay := make([][]request, days)
	for _, r := range requests {
		byDay[r.at/day] = append(byDay[r.at/day], r)
	}
	accounts := newAccounts()
	const source, sink, firstDay = 0, 1, 2
	g := newGraph(firstDay + days + len(accounts)*(days+weeks+1))
	for d, asked := range byDay {
		g.connect(firstDay+d, sink, work(asked))
	}
	next := firstDay + days
	for _, a := range accounts {
		// The weeks hang on one another: what is served in the first few passes
		// through all later ones, so that each limits all before it.
		above := source
		for w := weeks; w >= 0; w-- {
			week := next
			next++
			g.connect(above, week, a.initialUnused+int64(w)*a.long.limit)
			above = week
			for d := range days {
				if weekOf(d, a) == w {
					g.connect(week, next, alone(byDay[d], a.short.limit))
					g.connect(next, firstDay+d, work(byDay[d]))
					next++
				}
			}
		}
	}
	return g.flow(source, sink)
}

// weekOf returns in which of an account's weeks a day is; 0 is the one that
// had begun before.
func weekOf(d int, a *account) int {
	since := time.Duration(d)*day - a.long.ends
	if since < 0 {
		return 0
	}
	return 1 + int(since/longWindow)
}

func work(requests []request) (sum int64) {
	for _, r := range requests {
		sum += r.cost
	}
	return sum
}

// alone returns the most that one account could serve of a day's requests, its
// short windows placed at best: best[i] is that of the requests from i on.
func alone(requests []request, limit int64) int64 {
	best := make([]int64, len(requests)+1)
	after, inside := len(requests), int64(0) // the window that begins with request i ends before request after
	for i := len(requests) - 1; i >= 0; i-- {
		inside += requests[i].cost
		for after > i+1 && requests[after-1].at >= requests[i].at+shortWindow {
			after--
			inside -= requests[after].cost
		}
		best[i] = max(best[i+1], min(limit, inside)+best[after])
	}
	return best[0]
}
