package tui

import (
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"
)

// Theme returns how forms look: the palette's styles and nothing else, so that
// they suit dark terminals and light ones alike.
func Theme() huh.Theme {
	return huh.ThemeFunc(func(isDark bool) *huh.Styles {
		look, t := Colours(), huh.ThemeBase(isDark)
		f := &t.Focused
		f.Base = lipgloss.NewStyle()
		f.Title, f.Description = look.Title, look.Faint
		f.ErrorMessage, f.ErrorIndicator = look.Bad.SetString("✗"), look.Bad.SetString(" ✗")
		f.SelectSelector, f.SelectedOption = look.Accent.SetString("▌ "), look.Title
		f.Option = look.Plain
		f.TextInput.Prompt, f.TextInput.Placeholder = look.Accent, look.Faint
		f.FocusedButton = lipgloss.NewStyle().Padding(0, 2).MarginRight(1).Reverse(true).Bold(true)
		f.BlurredButton = look.Faint.Padding(0, 2).MarginRight(1)
		t.Blurred = t.Focused
		t.Blurred.Title = look.Faint
		t.FieldSeparator = lipgloss.NewStyle().SetString("\n")
		return t
	})
}
