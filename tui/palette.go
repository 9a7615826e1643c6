package tui

import (
	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount"
)

// Palette is the styles of a screen, by what they mean. The colours can be read on
// black and on white alike, since a terminal does not say which it has.
type Palette struct {
	Title, Plain, Faint lipgloss.Style
	// Accent marks what is chosen, and keys.
	Accent                lipgloss.Style
	Good, Warn, Bad, Busy lipgloss.Style
}

// Colours returns the palette.
func Colours() Palette {
	style := lipgloss.NewStyle
	return Palette{
		Title:  style().Bold(true),
		Plain:  style(),
		Faint:  style().Foreground(lipgloss.Color("243")),
		Accent: style().Foreground(lipgloss.Color("31")),
		Good:   style().Foreground(lipgloss.Color("28")),
		Warn:   style().Foreground(lipgloss.Color("130")),
		Bad:    style().Foreground(lipgloss.Color("160")).Bold(true),
		Busy:   style().Foreground(lipgloss.Color("31")),
	}
}

// State returns the style of an account's state.
func (p Palette) State(s multiaccount.State) lipgloss.Style {
	switch s {
	case multiaccount.StateReady:
		return p.Good
	case multiaccount.StateBusy:
		return p.Busy
	case multiaccount.StateCooling:
		return p.Warn
	case multiaccount.StateDisabled:
		return p.Faint
	case multiaccount.StateReauth, multiaccount.StateLoginLost, multiaccount.StateQuarantined:
	}
	return p.Bad
}

// The shares of a quota, in percent, from which on it is running out.
const (
	someLeft   = 75
	littleLeft = 95
)

// Level returns the style of a quota of which that many percent are used.
func (p Palette) Level(percent float64) lipgloss.Style {
	switch {
	case percent >= littleLeft:
		return p.Bad
	case percent >= someLeft:
		return p.Warn
	}
	return p.Good
}
