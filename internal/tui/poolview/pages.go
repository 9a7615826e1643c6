package poolview

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/tui"
)

// helpPage is all keys, a line each where there is room.
func (m *model) helpPage() []string {
	lines := []string{
		m.helpLine("↑ ↓", "choose an account; home and end: the first and the last"),
		m.helpLine("pgup pgdn", "go a page up or down; the wheel and a click work too"),
		m.helpLine("tab", "go to the next provider"),
	}
	for _, b := range bindings() {
		lines = append(lines, m.helpLine(b.name, b.help))
	}
	return append(lines, m.helpLine("ctrl-y", "copy the id of the account"), m.helpLine("ctrl-z", "back to the shell; fg comes back here"), m.helpLine("ctrl-c", "leave at once"))
}

func (m *model) helpLine(name, help string) string {
	const width = 10
	return m.Accent.Render(tui.Fit(name, width)) + tui.Cut(help, m.innerWidth()-width)
}

// eventsPage is what happened since the screen was opened, the latest last.
func (m *model) eventsPage() []string {
	if len(m.news) == 0 {
		return wrapped("Nothing has happened since this screen was opened. Events show here as they come, "+
			"also of what other processes do to the accounts.", m.innerWidth())
	}
	all := m.news
	lines := make([]string, len(all))
	who := 0
	for i := range all {
		who = max(who, len([]rune(all[i].who)))
	}
	who = min(who, max(8, m.innerWidth()/4))
	for i, n := range all {
		at := n.at.Local().Format("15:04:05") + "  "
		text := tui.Cut(n.text, max(0, m.innerWidth()-len(at)-who-2))
		lines[i] = m.Faint.Render(at) + m.Title.Render(tui.Fit(n.who, who)) + "  " + m.tone(n.tone).Render(strings.TrimSpace(text))
	}
	return lines
}
