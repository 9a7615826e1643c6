// Package draw makes SVG pictures of what a terminal shows.
package draw

import (
	"fmt"
	"html"
	"image/color"
	"strings"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// The size of a cell and the space around all, in the picture's units.
const (
	cellWidth, cellHeight = 8.4, 18.0
	space                 = 16.0
	baseline              = 13.0
)

// look is the colours of a terminal in a light page and in a dark one. The
// names of the classes are those of the sixteen colours.
const look = `
    svg { color-scheme: light dark; --bg: #ffffff; --rim: #d1d9e0; --fg: #1f2328; --red: #cf222e; --green: #1a7f37;
      --yellow: #9a6700; --blue: #0969da; --magenta: #8250df; --cyan: #0a7480; }
    @media (prefers-color-scheme: dark) { svg { --bg: #0d1117; --rim: #3d444d; --fg: #e6edf3; --red: #ff7b72;
      --green: #3fb950; --yellow: #d29922; --blue: #58a6ff; --magenta: #bc8cff; --cyan: #39c5cf; } }
    text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
      font-size: 14px; white-space: pre; }
    .rim { fill: var(--bg); stroke: var(--rim); }
    .fg { fill: var(--fg); } .bg { fill: var(--bg); } .red { fill: var(--red); } .green { fill: var(--green); }
    .yellow { fill: var(--yellow); } .blue { fill: var(--blue); } .magenta { fill: var(--magenta); } .cyan { fill: var(--cyan); }
    .b { font-weight: 700; } .f { opacity: .62; }
  `

// Screen draws a terminal's screen, down to its last line with something on it.
func Screen(title string, screen *vt.Emulator) string {
	height := used(screen)
	var b strings.Builder
	begin(&b, title, "", screen.Width(), height)
	for y := range height {
		b.WriteString(line(screen, y))
	}
	return b.String() + "</svg>\n"
}

// begin writes what is before the lines: the head with more styles, and the rim.
func begin(b *strings.Builder, title, styles string, columns, lines int) {
	width, height := float64(columns)*cellWidth+2*space, float64(lines)*cellHeight+2*space
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`+"\n  <style>%s%s</style>\n",
		width, height, html.EscapeString(title), look, styles)
	fmt.Fprintf(b, `  <rect class="rim" x="0.5" y="0.5" width="%.0f" height="%.0f" rx="8"/>`+"\n", width-1, height-1)
}

// line draws a line of the screen.
func line(screen *vt.Emulator, y int) string {
	var b strings.Builder
	for _, r := range runs(screen, y) {
		r.draw(&b, y)
	}
	return b.String()
}

func used(screen *vt.Emulator) int {
	for y := screen.Height() - 1; y >= 0; y-- {
		if len(runs(screen, y)) > 0 {
			return y + 1
		}
	}
	return 1
}

// run is cells of one style beside each other.
type run struct {
	x, width int
	text     string
	style    uv.Style
}

// runs are what there is to draw of a line: no spaces, unless they have a ground.
func runs(screen *vt.Emulator, y int) []run {
	var all []run
	for x := 0; x < screen.Width(); x++ {
		c := screen.CellAt(x, y)
		if c == nil || (strings.TrimSpace(c.Content) == "" && c.Style.Bg == nil && c.Style.Attrs&uv.AttrReverse == 0) {
			continue
		}
		text := c.Content
		if text == "" {
			text = " "
		}
		if last := len(all) - 1; last >= 0 && all[last].x+all[last].width == x && all[last].style == c.Style && kind(all[last].text) == kind(text) {
			all[last].text += text
			all[last].width += max(c.Width, 1)
			continue
		}
		all = append(all, run{x, max(c.Width, 1), text, c.Style})
	}
	return all
}

// kind is the rune of a line or block, which is drawn and not written, so that
// it has no gaps in any font; 0 for all else.
func kind(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	if strings.ContainsRune("━─│▌●", r) {
		return r
	}
	return 0
}

func (r *run) draw(b *strings.Builder, line int) {
	x, y := space+float64(r.x)*cellWidth, space+float64(line)*cellHeight
	width, ink := float64(r.width)*cellWidth, class(r.style.Fg, "fg")
	if r.style.Attrs&uv.AttrReverse != 0 || r.style.Bg != nil {
		ground := class(r.style.Bg, "bg")
		if r.style.Attrs&uv.AttrReverse != 0 {
			ground, ink = ink, ground
		}
		rect(b, ground, x, y, width, cellHeight)
	}
	if r.style.Attrs&uv.AttrBold != 0 {
		ink += " b"
	}
	if r.style.Attrs&uv.AttrFaint != 0 {
		ink += " f"
	}
	const middle = cellHeight / 2
	switch kind(r.text) {
	case '━':
		rect(b, ink, x, y+middle-1.5, width, 3)
	case '─':
		rect(b, ink, x, y+middle-0.5, width, 1)
	case '│':
		rect(b, ink, x+cellWidth/2, y, 1, cellHeight)
	case '▌':
		rect(b, ink, x, y, 3, cellHeight)
	case '●':
		fmt.Fprintf(b, `  <circle class="%s" cx="%.1f" cy="%.1f" r="3.6"/>`+"\n", ink, x+cellWidth/2, y+middle)
	default:
		fmt.Fprintf(b, `  <text class="%s" x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs">%s</text>`+"\n",
			ink, x, y+baseline, width, html.EscapeString(r.text))
	}
}

func rect(b *strings.Builder, ink string, x, y, width, height float64) {
	fmt.Fprintf(b, `  <rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`+"\n", ink, x, y, width, height)
}

// class names a colour; none for the terminal's own.
func class(c color.Color, none string) string {
	basic, ok := c.(ansi.BasicColor)
	names := [...]string{ansi.Red: "red", ansi.Green: "green", ansi.Yellow: "yellow", ansi.Blue: "blue", ansi.Magenta: "magenta", ansi.Cyan: "cyan"}
	if !ok || int(basic) >= len(names) || names[basic] == "" {
		return none
	}
	return names[basic]
}
