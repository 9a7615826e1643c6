package demoview

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/demo"
	"github.com/seed-810f1486/multiaccount/tui"
)

const (
	// widest is from where more columns would only pull a line apart.
	widest = 120
	// narrowest is what a line needs to say anything.
	narrowest = 40
)

// board is how lines about accounts are laid out.
type board struct {
	tui.Palette
	width   int
	columns columns
}

// newBoard returns the layout for a terminal of that width. Its last column
// stays free, lest a line wraps.
func newBoard(width int, labels []string) board {
	width = min(max(width-1, narrowest), widest)
	return board{Palette: tui.Colours(), width: width, columns: columnsFor(width, labels)}
}

// header stands above the accounts of a provider.
func (b *board) header(provider string) string {
	c := &b.columns
	line := b.Title.Render(tui.Fit(title(provider), c.label)) + strings.Repeat(" ", 1+c.state+1+c.picture)
	return line + b.Faint.Render(c.figures("requests", "refreshes", "limited"))
}

func title(provider string) string {
	if provider == "openai" {
		return "OpenAI"
	}
	return strings.ToUpper(provider[:1]) + provider[1:]
}

// row is the line of an account; picture fills its column.
func (b *board) row(a *demo.AccountSummary, picture string) string {
	c := &b.columns
	return tui.Fit(a.Account, c.label) + " " + b.State(a.State).Render(tui.Fit(string(a.State), c.state)) + " " +
		picture + c.figures(tui.Number(a.Requests), tui.Number(a.Refreshes), tui.Number(a.Limited))
}
