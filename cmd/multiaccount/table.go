package main

import (
	"io"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount/tui"
)

// table is text in columns, each as wide as its widest cell. Cells may have
// styles, which only a terminal shows.
type table struct{ rows [][]string }

func newTable(head ...string) *table {
	t := &table{}
	faint := tui.Colours().Faint
	for i := range head {
		head[i] = faint.Render(head[i])
	}
	t.add(head...)
	return t
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// print cuts lines at the edge of a terminal; in a pipe they are whole.
func (t *table) print(w io.Writer) error {
	var text strings.Builder
	widths := t.widths()
	for _, row := range t.rows {
		line := strings.TrimRight(joined(row, widths), " ")
		if tui.IsTerminal(w) {
			line = lipgloss.NewStyle().MaxWidth(tui.Width(w)).Render(line)
		}
		text.WriteString(line + "\n")
	}
	return tui.Print(w, text.String())
}

func (t *table) widths() []int {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	return widths
}

func joined(row []string, widths []int) string {
	line := ""
	for i, cell := range row {
		line += cell + strings.Repeat(" ", widths[i]-lipgloss.Width(cell)+2)
	}
	return line
}
