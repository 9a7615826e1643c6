package poolview

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount/tui"
)

const (
	// mostSamples is how many figures of a window are kept, and shown.
	mostSamples = 60
	// latestNews is how many events of an account its page has.
	latestNews = 12
)

// window names a quota window of an account.
type window struct {
	key
	name string
}

// history is what was seen of a quota window since the screen was opened.
type history struct {
	seenAt time.Time
	// since is when the first of the shares was seen.
	since  time.Time
	shares []float64
}

// remember keeps the figures of quota windows that are new.
func (m *model) remember() {
	for i := range m.all {
		a := &m.all[i]
		for _, w := range a.Usage {
			h := m.quotas[window{a.key(), w.Name}]
			if len(h.shares) > 0 && !w.SeenAt.After(h.seenAt) {
				continue
			}
			if len(h.shares) == 0 {
				h.since = m.now
			}
			h.seenAt, h.shares = w.SeenAt, append(h.shares, w.Utilization/100)
			h.shares = h.shares[max(0, len(h.shares)-mostSamples):]
			m.quotas[window{a.key(), w.Name}] = h
		}
	}
}

// more shows all that is known of the selected account.
func (m *model) more() tea.Cmd {
	a := *m.current()
	r := &reading{}
	cmd := m.read(r, lookTime, func(ctx context.Context) (string, error) { return m.host.Explain(ctx, a.Provider, a.ID) })
	m.page = onAccount
	return cmd
}

// accountPage is the page of the selected account: how it is, its quota over time,
// what happened to it, and the decisions about it.
func (m *model) accountPage() []string {
	a := m.current()
	if a == nil {
		return []string{"The account is gone."}
	}
	lines := append(m.details(), "", m.Title.Render("quota since this screen was opened"))
	for _, w := range a.Usage {
		h := m.quotas[window{a.key(), w.Name}]
		chart := ""
		for _, share := range h.shares {
			chart += tui.Spark(share)
		}
		lines = append(lines, m.Faint.Render(tui.Fit(w.Name, widestQuota))+" "+m.Level(w.Utilization).Render(chart)+
			m.Faint.Render(" "+h.span(m.now)))
	}
	if len(a.Usage) == 0 {
		lines = append(lines, m.Faint.Render("no figures are known"))
	}
	lines = append(lines, "", m.Title.Render("events"))
	lines = append(lines, m.newsOf(a.key())...)
	lines = append(lines, "", m.Title.Render("decisions"))
	if m.reading.text == "" {
		return append(lines, m.Faint.Render("looking …"))
	}
	return append(lines, split(lipgloss.Wrap(m.reading.text, m.innerWidth(), " "))...)
}

// span says how many figures there are, and over how long.
func (h *history) span(now time.Time) string {
	text := tui.Count(len(h.shares), "figure", "figures")
	if len(h.shares) > 1 {
		text += " in " + tui.ShortWait(now.Sub(h.since))
	}
	return text
}

// newsOf are the latest events of an account, a line each.
func (m *model) newsOf(k key) []string {
	var lines []string
	for i := range m.news {
		if n := &m.news[i]; n.about == k {
			at := n.at.Local().Format("15:04:05") + "  "
			lines = append(lines, m.Faint.Render(at)+m.tone(n.tone).Render(tui.Cut(strings.TrimSpace(n.text), max(1, m.innerWidth()-len(at)))))
		}
	}
	if len(lines) == 0 {
		return []string{m.Faint.Render("none since this screen was opened")}
	}
	return lines[max(0, len(lines)-latestNews):]
}
