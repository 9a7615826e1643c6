package answer

import "github.com/seed-810f1486/multiaccount/account"

// mostUsed is the highest utilization that is believed, in percent: accounts
// are overdrawn, but by no more than this.
const mostUsed = 1000

// AppendFigure adds a window, unless its utilization can be none: it is below
// zero, beyond belief or no number.
func AppendFigure(windows []account.UsageWindow, w account.UsageWindow) []account.UsageWindow {
	if w.Utilization >= 0 && w.Utilization <= mostUsed {
		return append(windows, w)
	}
	return windows
}
