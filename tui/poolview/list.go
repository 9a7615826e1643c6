package poolview

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/tui"
)

// list is the accounts below their providers, in that many lines, with the
// selected one among them.
func (m *model) list(height int) []string {
	switch {
	case !m.looked && m.trouble == nil:
		return []string{m.Faint.Render("looking at the accounts …")}
	case len(m.seen.Accounts) == 0 && m.looked:
		return m.welcome()
	}
	lines, selected := m.rows()
	return m.window(lines, selected, height)
}

// rows are the lines of all accounts, and the index of the selected one.
func (m *model) rows() (lines []string, selected int) {
	c := m.columns()
	for i := range m.seen.Accounts {
		a := &m.seen.Accounts[i]
		if i == 0 || m.seen.Accounts[i-1].Provider != a.Provider {
			if i > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, m.heading(a.Provider))
		}
		if a.key() == m.selected {
			selected = len(lines)
		}
		lines = append(lines, m.row(a, c))
	}
	return lines, selected
}

// window is the part of the lines around the one at that index.
func (m *model) window(lines []string, at, height int) []string {
	if len(lines) <= height || height < 1 {
		return lines[:min(len(lines), max(height, 0))]
	}
	from := min(max(0, at-height/2), len(lines)-height)
	if at == 1 {
		from = 0 // with the heading above it
	}
	shown := append([]string{}, lines[from:from+height]...)
	if from+height < len(lines) && at != from+height-1 {
		shown[height-1] = m.Faint.Render("  ⋮ more below")
	}
	return shown
}

func (m *model) heading(provider string) string {
	line := m.Title.Render(provider) + " "
	return line + m.rule(max(0, m.listWidth()-len([]rune(provider))-1))
}

// welcome says what to do when there is no account yet.
func (m *model) welcome() []string {
	key := m.Accent.Render
	return []string{
		m.Title.Render("There are no accounts yet."), "",
		"Press " + key("a") + " to log in or to bring an API key.", "",
		"Logins of OpenCode, Codex and Claude Code",
		"on this machine are taken in by",
		"  " + key("multiaccount import"),
	}
}

// columns are the widths of a row's parts; 0 leaves one out.
type columns struct{ label, gap, state, use, plan, bar, wait int }

const (
	markWidth    = 4
	leastLabel   = 12
	widestLabel  = 30
	percentWidth = 6
	// roomy is from where columns may stand further apart.
	roomy = 78
)

func (m *model) columns() columns {
	c := columns{label: leastLabel, gap: 1, state: 7}
	if m.listWidth() >= roomy {
		c.gap = 2
	}
	for i := range m.seen.Accounts {
		a := &m.seen.Accounts[i]
		c.label = max(c.label, len([]rune(a.name())))
		c.state = max(c.state, len(a.State))
		c.plan = max(c.plan, len([]rune(a.Plan)))
	}
	c.label, c.plan = min(c.label, widestLabel), min(c.plan, 14)
	room := m.listWidth() - markWidth - c.state - c.gap - percentWidth
	room, c.wait = part(room-leastLabel, 16, room)
	room, c.use = part(room-leastLabel, 8, room)
	room, c.bar = part(room-leastLabel, 11, room)
	c.label = min(c.label, max(room, 1))
	room -= c.label
	if _, plan := part(room, c.plan+c.gap, room); c.plan > 0 {
		c.plan = plan
		room -= plan
	}
	if c.bar > 0 {
		c.bar += min(max(room, 0), 13)
	}
	return c
}

// part takes want out of the room when spare has as much.
func part(spare, want, room int) (left, got int) {
	if spare < want {
		return room, 0
	}
	return room - want, want
}

// row is the line of an account.
func (m *model) row(a *Account, c columns) string {
	mark, label := "  ", m.Plain
	if a.key() == m.selected {
		mark, label = m.Accent.Render("▌ "), m.Title
	}
	state := m.State(a.State)
	line := mark + state.Render("●") + " " + label.Render(tui.Fit(a.name(), c.label)) + strings.Repeat(" ", c.gap) +
		state.Render(tui.Fit(string(a.State), c.state))
	if c.use > 0 {
		line += " " + m.use(a, c.use-1)
	}
	if c.plan > 0 {
		line += " " + m.Faint.Render(tui.Fit(a.Plan, c.plan-1))
	}
	return strings.TrimRight(line+m.quota(a, c), " ")
}

// use says who is using the account.
func (m *model) use(a *Account, width int) string {
	switch {
	case a.Active:
		return m.Accent.Render(tui.Fit("active", width))
	case a.Claimed:
		return m.Faint.Render(tui.Fit("in use", width))
	}
	return strings.Repeat(" ", width)
}
