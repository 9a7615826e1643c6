package tui

import (
	"io"
	"os"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/term"
)

// defaultWidth is assumed where nobody can tell the width.
const defaultWidth = 80

// IsTerminal reports whether a person looks at w through a terminal that can
// redraw its lines.
func IsTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(file.Fd()) && os.Getenv("TERM") != "dumb"
}

// Width returns how many columns the terminal w has, 80 when it is none.
func Width(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok {
		return defaultWidth
	}
	width, _, err := term.GetSize(file.Fd())
	if err != nil || width <= 0 {
		return defaultWidth
	}
	return width
}

// Print writes text to w, with as many of its colours as the terminal shows:
// none when w is not a terminal or NO_COLOR is set. Text is as [Shown] has it.
func Print(w io.Writer, text string) error {
	_, err := lipgloss.Fprint(w, Shown(text))
	return err
}
