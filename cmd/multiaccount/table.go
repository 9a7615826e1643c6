package main

import (
	"io"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/seed-810f1486/multiaccount/tui"
)

// table is text in columns, each as wide as its widest cell. Cells may have
// styles, which only a terminal shows. On a terminal the table fits its width.
type table struct {
	rows [][]string
	// spans are lines of their own, by the number of the row that they follow.
	spans map[int][]string
	// spare are the columns that are left out where there is no room, the first
	// first.
	spare []int
	// whole are the columns that are of no use when they are cut.
	whole []int
}

const (
	columnGap = 2
	// leastColumn is how far a column may shrink.
	leastColumn = 12
)

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

// span adds a line that is in no column.
func (t *table) span(text string) {
	if t.spans == nil {
		t.spans = map[int][]string{}
	}
	after := len(t.rows) - 1
	t.spans[after] = append(t.spans[after], text)
}

// print fits a terminal; in a pipe lines are whole.
func (t *table) print(w io.Writer) error {
	return tui.Print(w, t.text(roomOf(streams{out: w})))
}

// roomOf is how wide lines on standard output may be: as wide as its terminal, any
// width (0) elsewhere.
func roomOf(s streams) int {
	if !isTerminal(s.out) {
		return 0
	}
	return tui.Width(s.out)
}

// text is the table in lines of that width at most; 0 is any width.
func (t *table) text(room int) string {
	var text strings.Builder
	widths := t.fitting(room)
	for i, row := range t.rows {
		text.WriteString(strings.TrimRight(joined(row, widths), " ") + "\n")
		for _, line := range t.spans[i] {
			text.WriteString(indented(line, "  ", room))
		}
	}
	return text.String()
}

// indented is a line with an indentation, wrapped where room is limited.
func indented(line, by string, room int) string {
	if room > 0 {
		line = lipgloss.Wrap(line, max(1, room-len(by)), " ")
	}
	return by + strings.ReplaceAll(line, "\n", "\n"+by) + "\n"
}

// fitting returns the widths of the columns, 0 for those that are left out.
func (t *table) fitting(room int) []int {
	widths := t.widths()
	if room == 0 {
		return widths
	}
	for i := range widths {
		if t.isEmpty(i) {
			widths[i] = 0
		}
	}
	for _, column := range t.spare {
		if t.least(widths) > room {
			widths[column] = 0
		}
	}
	for total(widths) > room {
		widest := t.widest(widths)
		if widths[widest] <= 1 {
			break
		}
		widths[widest]--
	}
	return widths
}

// isEmpty reports whether a column has nothing but its head.
func (t *table) isEmpty(column int) bool {
	return len(t.rows) > 1 && !slices.ContainsFunc(t.rows[1:], func(row []string) bool { return row[column] != "" })
}

// widest is the widest column that may be cut.
func (t *table) widest(widths []int) int {
	at := 0
	for i, w := range widths {
		if !slices.Contains(t.whole, i) && w > widths[at] {
			at = i
		}
	}
	return at
}

// total is how wide lines are, least how wide when columns shrink as far as they may.
func total(widths []int) int {
	sum := -columnGap
	for _, w := range widths {
		if w > 0 {
			sum += w + columnGap
		}
	}
	return sum
}

func (t *table) least(widths []int) int {
	small := slices.Clone(widths)
	for i := range small {
		if !slices.Contains(t.whole, i) {
			small[i] = min(small[i], leastColumn)
		}
	}
	return total(small)
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
		if widths[i] == 0 {
			continue
		}
		cell = ansi.Truncate(cell, widths[i], "…")
		line += cell + strings.Repeat(" ", widths[i]-lipgloss.Width(cell)+columnGap)
	}
	return line
}
