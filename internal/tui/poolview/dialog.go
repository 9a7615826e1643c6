package poolview

import (
	"slices"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"

	"github.com/seed-810f1486/multiaccount/tui"
)

// dialog is a question in the place of the details. The field is driven by
// hand: a form tells itself by messages that it goes on, and keys that are
// typed meanwhile end up in the wrong field.
type dialog struct {
	field huh.Field
	// hint is what its keys do.
	hint string
	// then acts on the answer, left on the lack of one.
	then func() tea.Cmd
	left func()
}

// open asks a question; then is called once it has been answered.
func (m *model) open(hint string, then func() tea.Cmd, field huh.Field) tea.Cmd {
	field = field.WithTheme(tui.Theme()).WithKeyMap(tui.Keys())
	m.dialog = &dialog{field: field, hint: hint, then: then}
	m.notice = notice{}
	m.resized()
	return tea.Batch(field.Init(), field.Focus())
}

// fill gives a message to the question, and acts when that was the answer.
func (m *model) fill(msg tea.Msg) tea.Cmd {
	d := m.dialog
	if d == nil {
		return nil
	}
	pressed, _ := msg.(tea.KeyPressMsg)
	name := pressed.String()
	if name == "esc" {
		m.leaveDialog()
		return nil
	}
	_, cmd := d.field.Update(msg) // the field changes in place
	if d.isEnd(name) && d.field.Error() == nil {
		m.dialog = nil
		return d.then()
	}
	return cmd
}

// isEnd reports whether a key answers the question.
func (d *dialog) isEnd(key string) bool {
	ends := []string{"enter"}
	if _, ok := d.field.(*huh.Confirm); ok {
		ends = append(ends, "y", "Y", "n", "N")
	}
	return slices.Contains(ends, key)
}

func (m *model) leaveDialog() {
	left := m.dialog.left
	m.dialog = nil
	m.notice = notice{"nothing was changed", plain}
	if left != nil {
		left()
	}
}

// resized tells the question how much room there is.
func (m *model) resized() {
	if m.dialog != nil {
		m.dialog.field = m.dialog.field.WithWidth(m.paneWidth())
	}
}

// roomForNotes is what options need to have their notes beside them.
const roomForNotes = 52

// choices are options as a question has them, in few words where it is narrow.
func (m *model) choices(options []tui.Option) []huh.Option[int] {
	if m.paneWidth() < roomForNotes {
		for i := range options {
			options[i].Note = ""
		}
	}
	return tui.Choices(options)
}

// dialogPane is the question, with what is wrong with the answer.
func (m *model) dialogPane() []string {
	lines := split(m.dialog.field.View())
	if err := m.dialog.field.Error(); err != nil {
		for _, line := range wrapped("✗ "+err.Error(), m.paneWidth()) {
			lines = append(lines, m.Bad.Render(line))
		}
	}
	return lines
}
