package tui

import "charm.land/lipgloss/v2"

// Palette is the styles of a screen, by what they mean. Colours are the
// terminal's own sixteen, so that they suit its background.
type Palette struct {
	Title, Plain, Faint   lipgloss.Style
	Good, Warn, Bad, Busy lipgloss.Style
}

// Colours returns the palette.
func Colours() Palette {
	style := lipgloss.NewStyle
	return Palette{
		Title: style().Bold(true),
		Plain: style(),
		Faint: style().Faint(true),
		Good:  style().Foreground(lipgloss.Green),
		Warn:  style().Foreground(lipgloss.Yellow),
		Bad:   style().Foreground(lipgloss.Red).Bold(true),
		Busy:  style().Foreground(lipgloss.Cyan),
	}
}
