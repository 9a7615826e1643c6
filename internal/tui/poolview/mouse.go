package poolview

import tea "charm.land/bubbletea/v2"

// wheelStep is how far one notch of the wheel goes on a page.
const wheelStep = 3

// wheeled moves the selection, or the page.
func (m *model) wheeled(msg tea.MouseWheelMsg) tea.Cmd {
	by := 0
	switch msg.Button { //nolint:exhaustive // the others turn nothing
	case tea.MouseWheelUp:
		by = -1
	case tea.MouseWheelDown:
		by = 1
	}
	switch {
	case m.isAsking():
	case m.page == onAccounts:
		m.move(by)
	default:
		m.scroll(by * wheelStep)
	}
	return nil
}

// clicked selects the account under the mouse; a click on the selected one shows
// all that is known of it.
func (m *model) clicked(msg tea.MouseClickMsg) tea.Cmd {
	if msg.Button != tea.MouseLeft || m.page != onAccounts || m.isAsking() || msg.X > m.listWidth() {
		return nil
	}
	all, from, height := m.span(m.listHeight())
	at := msg.Y - len(m.head())
	if at < 0 || at >= height || all[from+at].kind != isAccount {
		return nil
	}
	a := &m.seen.Accounts[all[from+at].account]
	if a.key() == m.selected {
		return m.more()
	}
	m.selected = a.key()
	return nil
}
