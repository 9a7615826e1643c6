package poolview

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/tui"
)

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
	case a.Pinned:
		return m.Accent.Render(tui.Fit("pinned", width))
	case a.Active:
		return m.Accent.Render(tui.Fit("active", width))
	case a.Claimed:
		return m.Faint.Render(tui.Fit("in use", width))
	}
	return strings.Repeat(" ", width)
}
