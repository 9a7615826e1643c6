package poolview

// list is the accounts below their providers, in that many lines, with the
// selected one among them.
func (m *model) list(height int) []string {
	switch {
	case !m.looked && m.trouble == nil:
		return []string{m.Faint.Render("looking at the accounts …")}
	case len(m.all) == 0 && m.looked:
		return m.welcome()
	case len(m.seen.Accounts) == 0 && m.looked:
		return wrapped("No account has “"+m.filter+"” in its name, e-mail, plan, id, provider or state.", m.listWidth())
	}
	return m.window(height)
}

// place is a line of the list: an account by its index, or the heading of the
// provider that begins with it, or the gap before that.
type place struct {
	account int
	kind    placeKind
}

type placeKind uint8

const (
	isAccount placeKind = iota
	isHeading
	isGap
)

// places are all lines of the list, and which one has the selected account.
func (m *model) places() (all []place, selected int) {
	for i := range m.seen.Accounts {
		a := &m.seen.Accounts[i]
		if i == 0 || m.seen.Accounts[i-1].Provider != a.Provider {
			if i > 0 {
				all = append(all, place{i, isGap})
			}
			all = append(all, place{i, isHeading})
		}
		if a.key() == m.selected {
			selected = len(all)
		}
		all = append(all, place{i, isAccount})
	}
	return all, selected
}

// span is the part of the list that shows: the lines around the selected account.
func (m *model) span(height int) (all []place, from, shown int) {
	all, at := m.places()
	height = min(max(height, 0), len(all))
	from = min(max(0, at-height/2), len(all)-height)
	if at == 1 {
		from = 0 // with the heading above it
	}
	return all, from, height
}

// window draws the lines that show, and no others: there may be thousands. A
// provider whose heading is above them has it on the first.
func (m *model) window(height int) []string {
	all, from, height := m.span(height)
	c := m.columns()
	lines := make([]string, height)
	for i := range lines {
		lines[i] = m.drawn(all[from+i], c)
	}
	if height == 0 {
		return lines
	}
	selected := func(i int) bool {
		p := all[from+i]
		return p.kind == isAccount && m.seen.Accounts[p.account].key() == m.selected
	}
	if first := all[from]; first.kind == isAccount && height > 1 && !selected(0) {
		lines[0] = m.heading(m.seen.Accounts[first.account].Provider)
	}
	if from+height < len(all) && !selected(height-1) {
		lines[height-1] = m.Faint.Render("  ⋮ more below")
	}
	return lines
}

func (m *model) drawn(p place, c columns) string {
	a := &m.seen.Accounts[p.account]
	switch p.kind {
	case isHeading:
		return m.heading(a.Provider)
	case isAccount:
		return m.row(a, c)
	case isGap:
	}
	return ""
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
		"Press " + key("i") + " to take in the logins of OpenCode,",
		"Codex and Claude Code on this machine.",
	}
}
