package poolview

import (
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tui"
)

// tightest is the quota window that has least left, nil without figures.
// Windows that have been reset since tell nothing any more.
func (a *Account) tightest(now time.Time) *multiaccount.UsageWindow {
	var most *multiaccount.UsageWindow
	for i := range a.Usage {
		w := &a.Usage[i]
		if isOver(w, now) {
			continue
		}
		if most == nil || w.Utilization > most.Utilization {
			most = w
		}
	}
	return most
}

func isOver(w *multiaccount.UsageWindow, now time.Time) bool {
	return !w.ResetAt.IsZero() && !w.ResetAt.After(now)
}

// quota is the part of a row that tells how much is used, and until when.
func (m *model) quota(a *Account, c columns) string {
	w := a.tightest(m.now)
	bar, percent := strings.Repeat(" ", c.bar), strings.Repeat(" ", percentWidth)
	if w != nil {
		percent = " " + m.Level(w.Utilization).Render(tui.FitRight(fmt.Sprintf("%.0f %%", w.Utilization), percentWidth-1))
		if c.bar > 0 {
			bar = " " + m.bar(c.bar-1, w.Utilization)
		}
	}
	if c.wait == 0 {
		return bar + percent
	}
	return bar + percent + "  " + m.wait(a, w, c.wait-2)
}

func (m *model) bar(width int, percent float64) string {
	done, left := tui.Bar(width, percent/100)
	return m.Level(percent).Render(done) + m.Faint.Render(left)
}

// wait says when the account is free again, or its quota.
func (m *model) wait(a *Account, w *multiaccount.UsageWindow, width int) string {
	style, text := m.Faint, ""
	switch {
	case a.CooldownUntil.After(m.now) && a.State == multiaccount.StateCooling:
		style, text = m.Warn, "free "+tui.ShortWait(a.CooldownUntil.Sub(m.now))
	case w != nil && !w.ResetAt.IsZero():
		text = "resets " + tui.ShortWait(w.ResetAt.Sub(m.now))
	}
	return style.Render(tui.FitRight(text, width))
}

const (
	widestBar   = 30
	leastBar    = 5
	widestQuota = 16
)

// windows are the quota windows of the selected account, a line each.
func (m *model) windows(a *Account) []string {
	names, resets := 0, 0
	for i := range a.Usage {
		names = max(names, lipgloss.Width(a.Usage[i].Name))
		resets = max(resets, lipgloss.Width(m.resets(&a.Usage[i])))
	}
	names = min(names, widestQuota)
	bar := m.paneWidth() - names - 1 - percentWidth - resets
	if bar < leastBar {
		bar += resets
		resets = 0
	}
	lines := make([]string, len(a.Usage))
	for i := range a.Usage {
		w := &a.Usage[i]
		lines[i] = m.Faint.Render(tui.Fit(w.Name, names)) + " " + m.level(w, min(bar, widestBar), resets > 0)
	}
	return lines
}

// resets says when the window is reset.
func (m *model) resets(w *multiaccount.UsageWindow) string {
	if w.ResetAt.IsZero() || isOver(w, m.now) {
		return ""
	}
	return "  resets in " + tui.Wait(w.ResetAt.Sub(m.now))
}

// level is how much of a window is used, with when it is reset if there is room.
func (m *model) level(w *multiaccount.UsageWindow, bar int, room bool) string {
	if isOver(w, m.now) {
		return m.Faint.Render("reset since it was told")
	}
	text := m.bar(bar, w.Utilization) + tui.FitRight(fmt.Sprintf("%.0f %%", w.Utilization), percentWidth)
	if room {
		text += m.Faint.Render(m.resets(w))
	}
	return text
}
