package demoview

import (
	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount/tui"
)

// columns are the widths of what a line about an account has. Between label,
// state and picture is one column, before each figure two.
type columns struct {
	label, state, picture        int
	requests, refreshes, limited int
}

const (
	widestLabel    = 24
	stateWidth     = len("cooling") // the longest of the usual states; others are cut
	requestsWidth  = 2 + len("requests")
	refreshesWidth = 2 + len("refreshes")
	limitedWidth   = 2 + len("limited")
	// leastPicture is what the picture needs; figures make room for it.
	leastPicture = 16
)

// columnsFor shares out a line among the columns. Narrow lines do without the
// figures that are of least interest.
func columnsFor(width int, labels []string) columns {
	c := columns{state: stateWidth, requests: requestsWidth}
	for _, label := range labels {
		c.label = max(c.label, lipgloss.Width(label))
	}
	c.label = min(c.label, widestLabel, width/3)
	left := width - c.label - 1 - c.state - 1 - c.requests
	if left-refreshesWidth-limitedWidth >= leastPicture {
		c.refreshes, c.limited = refreshesWidth, limitedWidth
	}
	c.picture = max(0, left-c.refreshes-c.limited)
	return c
}

// figures returns the columns at the end of a line.
func (c *columns) figures(requests, refreshes, limited string) string {
	return tui.FitRight(requests, c.requests) + tui.FitRight(refreshes, c.refreshes) + tui.FitRight(limited, c.limited)
}
