package poolview

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tui"
)

// totals says which account is selected, how many there are, how many can serve,
// and the rule.
func (m *model) totals() string {
	if !m.looked {
		return ""
	}
	ready := 0
	for i := range m.all {
		if m.all[i].State == multiaccount.StateReady {
			ready++
		}
	}
	text := tui.Count(len(m.all), "account", "accounts") + ", " + tui.Number(ready) + " ready"
	for _, more := range []string{string(m.seen.Strategy), m.position()} {
		if rest := " · " + more; more != "" && m.innerWidth() >= len("multiaccount  ")+len([]rune(text+rest)) {
			text += rest
		}
	}
	return text
}

// position is where the selected account is among those that show.
func (m *model) position() string {
	n := len(m.seen.Accounts)
	switch {
	case m.filter != "":
		return fmt.Sprintf("%d of %d with “%s”", m.at()+1, n, tui.Cut(m.filter, leastLabel))
	case n > 1:
		return fmt.Sprintf("%d of %d", m.at()+1, n)
	}
	return ""
}

// foot is what was done last, and the keys.
func (m *model) foot() []string {
	lines, keys := m.saidLast(), m.keyLines()
	switch {
	case m.height >= lowHeight:
		return append(append(lines, ""), keys...)
	case len(keys) > 1:
		keys = m.hints("? help · q quit")
	}
	return append(lines, keys...)
}

// lowHeight is from where there is room for all keys.
const lowHeight = 12

// saidLast is the last word, or what is wrong with looking.
func (m *model) saidLast() []string {
	said := m.notice
	if m.trouble != nil {
		said = notice{"cannot look, and tries again: " + advice(m.trouble), bad}
	}
	if said.text == "" {
		return nil
	}
	mark := map[tone]string{good: "✓ ", bad: "✗ "}[said.tone]
	lines := wrapped(mark+tui.Clean(strings.Join(strings.Fields(said.text), " ")), m.innerWidth())
	lines = lines[:min(len(lines), max(1, m.height/5))]
	for i := range lines {
		lines[i] = m.tone(said.tone).Render(strings.TrimRight(lines[i], " "))
	}
	return append([]string{""}, lines...)
}

// keyLines are the keys that do something now, on as many lines as they need.
func (m *model) keyLines() []string {
	switch {
	case m.dialog != nil:
		return m.hints(m.dialog.hint)
	case m.attempt != nil:
		return m.hints("c copies the address · esc gives the login up")
	case m.typing:
		return append([]string{m.Accent.Render("/") + m.filter + m.Accent.Render("▌")}, m.hints("enter keeps the filter · esc shows all accounts")...)
	case m.page == onReading && m.reading.take != nil && m.reading.text != "":
		return m.hints(m.reading.hint)
	case m.page != onAccounts:
		return m.hints("↑↓ scrolls · esc goes back · q quits")
	}
	var items []string
	if n := len(m.seen.Accounts); n > 1 {
		items = append(items, m.Accent.Render("↑↓")+" "+m.Faint.Render("choose"))
		if m.seen.Accounts[0].Provider != m.seen.Accounts[n-1].Provider {
			items = append(items, m.Accent.Render("tab")+" "+m.Faint.Render("provider"))
		}
	}
	for _, b := range bindings() {
		if b.does != "" && (!b.about || m.current() != nil) {
			items = append(items, m.Accent.Render(b.name)+" "+m.Faint.Render(b.does))
		}
	}
	lines := flow(items, "  ", m.innerWidth())
	if len(lines) > mostKeyLines {
		return m.hints("↑↓ choose · enter more · / filter · a add · ? help · q quit")
	}
	return lines
}

// mostKeyLines is how much of a narrow screen the keys may take.
const mostKeyLines = 3

func (m *model) hints(text string) []string {
	items := strings.Split(text, " · ")
	for i, item := range items {
		keys, does, _ := strings.Cut(item, " ")
		items[i] = m.Accent.Render(keys) + " " + m.Faint.Render(does)
	}
	return flow(items, "  ", m.innerWidth())
}

// flow puts items one after the other into lines of that width.
func flow(items []string, gap string, width int) []string {
	var lines []string
	for _, item := range items {
		last := len(lines) - 1
		if last >= 0 && lipgloss.Width(lines[last])+lipgloss.Width(gap)+lipgloss.Width(item) <= width {
			lines[last] += gap + item
			continue
		}
		lines = append(lines, item)
	}
	return lines
}
