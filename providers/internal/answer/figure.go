package answer

import "github.com/seed-810f1486/multiaccount/account"

// mostUsed is the highest credible utilization, in percent: accounts can be
// overdrawn, but by no more than this.
const mostUsed = 1000

// AppendFigure adds a window, unless its utilization is not credible: below zero,
// above mostUsed or not a number.
func AppendFigure(windows []account.UsageWindow, w account.UsageWindow) []account.UsageWindow {
	if w.Utilization >= 0 && w.Utilization <= mostUsed {
		return append(windows, w)
	}
	return windows
}
