package poolview

import (
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount/tui"
)

const (
	// widest is from where more columns would only pull a line apart.
	widest = 170
	// narrowest is what a line needs to say anything.
	narrowest = 30
	// besides is the width from which the details stand beside the list.
	besides = 120
	// leastPane and widestPane are how wide they are there.
	leastPane, widestPane = 40, 60
	// leastList is how many lines the list keeps when there is little room.
	leastList = 4
)

func (m *model) innerWidth() int { return min(max(m.width-2, narrowest), widest) }

func (m *model) isWide() bool { return m.width >= besides }

func (m *model) listWidth() int {
	if m.isWide() {
		return m.innerWidth() - m.paneWidth() - 3
	}
	return m.innerWidth()
}

func (m *model) paneWidth() int {
	if m.isWide() && m.page != onAccount {
		return min(max(m.innerWidth()/3, leastPane), widestPane)
	}
	return m.innerWidth()
}

// bodyHeight is what head and foot leave.
func (m *model) bodyHeight() int { return max(leastList, m.height-len(m.head())-len(m.foot())) }

// paneRoom is how many lines the pane may take. Details leave the list half of
// the room when it needs that; questions and logins leave it nothing, if they
// have to.
func (m *model) paneRoom() int {
	body := m.bodyHeight()
	if m.isWide() || m.isAsking() {
		return body
	}
	rows, _ := m.places()
	return max(0, body-max(leastList, min(len(rows), body/2))-1)
}

// spareRoom is what the details may take without any cost to the list.
func (m *model) spareRoom() int {
	if m.isWide() {
		return m.bodyHeight()
	}
	rows, _ := m.places()
	return m.bodyHeight() - len(rows) - 1
}

// screen is all lines, each within the width and together the height.
func (m *model) screen() string {
	body := m.body()
	height := m.bodyHeight()
	for len(body) < height {
		body = append(body, "")
	}
	lines := append(m.head(), body[:height]...)
	lines = append(lines, m.foot()...)
	lines = lines[:min(len(lines), max(m.height, 1))]
	for i := range lines {
		lines[i] = strings.TrimRight(" "+lipgloss.NewStyle().MaxWidth(m.innerWidth()).Render(lines[i]), " ")
	}
	return strings.Join(lines, "\n")
}

func (m *model) body() []string {
	switch {
	case m.page != onAccounts:
		return m.scrolled()
	case m.isWide():
		return m.beside()
	}
	pane, room := m.paneShown(), m.listHeight()
	switch {
	case len(pane) == 0:
		return m.list(room)
	case room == 0:
		return pane
	}
	return append(append(m.list(room), m.rule(m.innerWidth())), pane...)
}

func (m *model) paneShown() []string {
	pane := m.pane()
	return pane[:min(len(pane), m.paneRoom())]
}

// listHeight is how many lines the list has; none while all room is a question's.
func (m *model) listHeight() int {
	if m.isWide() {
		return m.bodyHeight()
	}
	pane := len(m.paneShown())
	if pane == 0 {
		return m.bodyHeight()
	}
	room := m.bodyHeight() - pane - 1
	if room < leastList && m.isAsking() {
		return 0
	}
	return max(room, 0)
}

// isAsking reports whether the pane is a question or a login, of which all has
// to be seen.
func (m *model) isAsking() bool { return m.dialog != nil || m.attempt != nil }

// beside puts the pane to the right of the list.
func (m *model) beside() []string {
	height := m.bodyHeight()
	list, pane := m.list(height), m.pane()
	lines := make([]string, height)
	for i := range lines {
		left, right := "", ""
		if i < len(list) {
			left = list[i]
		}
		if i < len(pane) {
			right = pane[i]
		}
		gap := max(0, m.listWidth()-lipgloss.Width(left))
		lines[i] = left + strings.Repeat(" ", gap) + m.Faint.Render(" │ ") + right
	}
	return lines
}

// pane is what stands below the list, or beside it.
func (m *model) pane() []string {
	switch {
	case m.attempt != nil:
		return m.attemptPane()
	case m.dialog != nil:
		return m.dialogPane()
	}
	return m.details()
}

func split(text string) []string { return strings.Split(strings.TrimRight(text, "\n "), "\n") }

func (m *model) rule(width int) string { return m.Faint.Render(strings.Repeat("─", width)) }

// wrapped breaks plain text into lines of that width, at spaces where it can.
func wrapped(text string, width int) []string {
	return split(lipgloss.NewStyle().Width(max(width, 1)).Render(text))
}

// head is the title, with what concerns all accounts.
func (m *model) head() []string {
	title := m.Accent.Bold(true).Render("multiaccount")
	switch m.page {
	case onEvents:
		title += m.Faint.Render(" · ") + m.Title.Render("events")
	case onHelp:
		title += m.Faint.Render(" · ") + m.Title.Render("help")
	case onAccount:
		title += m.Faint.Render(" · ") + m.Title.Render("account")
	case onReading:
		title += m.Faint.Render(" · ") + m.Title.Render(tui.Cut(m.reading.title, widestLabel))
	case onAccounts:
	}
	return []string{tui.Spread(title, m.Faint.Render(m.totals()), m.innerWidth()), ""}
}
