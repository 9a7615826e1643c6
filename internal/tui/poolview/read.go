package poolview

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// reading is a page of text from the host, and what enter does there.
type reading struct {
	title string
	// text is empty until it has come.
	text string
	// hint is what its keys do; take acts on enter, which goes back without it.
	hint string
	take func() tea.Cmd
}

// brought: the text of a page has come.
type brought struct {
	page *reading
	text string
	err  error
}

// read shows a page that the host writes.
func (m *model) read(r *reading, limit time.Duration, write func(context.Context) (string, error)) tea.Cmd {
	m.page, m.reading, m.top = onReading, r, 0
	return m.background.ask(limit, func(ctx context.Context) tea.Msg {
		text, err := write(ctx)
		return brought{r, text, err}
	})
}

// bring takes a text, unless its reader has gone on.
func (m *model) bring(b brought) {
	b.page.text = strings.TrimRight(b.text, "\n ")
	if b.err != nil {
		b.page.text += "\n" + m.Bad.Render(strings.TrimRight(strings.Join(wrapped(advice(b.err), m.innerWidth()), "\n"), " "))
		b.page.take = nil
	}
}

func (m *model) why() tea.Cmd {
	a := *m.current()
	r := &reading{title: "why " + a.name()}
	return m.read(r, lookTime, func(ctx context.Context) (string, error) { return m.host.Explain(ctx, a.Provider, a.ID) })
}

func (m *model) doctor() tea.Cmd {
	return m.read(&reading{title: "doctor"}, askTime, m.host.Examine)
}

// importing shows what could be taken in, and takes it in on enter.
func (m *model) importing() tea.Cmd {
	r := &reading{title: "import", hint: "enter takes these logins in · esc leaves them"}
	r.take = func() tea.Cmd {
		return m.read(&reading{title: "import"}, askTime, func(ctx context.Context) (string, error) { return m.host.Import(ctx, false) })
	}
	return m.read(r, askTime, func(ctx context.Context) (string, error) { return m.host.Import(ctx, true) })
}

func (m *model) readingPage() []string {
	if m.reading.text == "" {
		return []string{m.Faint.Render("looking …")}
	}
	return split(lipgloss.Wrap(m.reading.text, m.innerWidth(), " "))
}

// pageLines are all lines of the page that shows.
func (m *model) pageLines() []string {
	switch m.page {
	case onHelp:
		return m.helpPage()
	case onEvents:
		return m.eventsPage()
	case onAccount:
		return m.accountPage()
	case onReading:
		return m.readingPage()
	case onAccounts:
	}
	return nil
}

// endOfPage is beyond the last line of every page: it follows what is added.
const endOfPage = 1 << 30

// scroll moves the page by some lines.
func (m *model) scroll(by int) {
	end := max(0, len(m.pageLines())-m.bodyHeight())
	m.top = max(0, min(m.top, end)+by)
	if m.page == onEvents && m.top >= end {
		m.top = endOfPage
	}
}

// scrolled is the part of the page that shows.
func (m *model) scrolled() []string {
	lines, height := m.pageLines(), m.bodyHeight()
	top := max(0, min(m.top, len(lines)-height))
	shown := lines[top:min(len(lines), top+height)]
	if rest := len(lines) - top - len(shown); rest > 0 {
		shown = append(shown[:len(shown)-1:len(shown)-1], m.Faint.Render("⋮ more below"))
	}
	return shown
}
