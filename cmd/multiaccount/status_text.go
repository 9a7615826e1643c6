package main

import (
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/tui"
)

const (
	// quotaWidth is how wide bars are, leastQuota how narrow they may be.
	quotaWidth = 20
	leastQuota = 5
	quotaName  = 10
	// latestDecisions is how many the status shows.
	latestDecisions = 5
)

// statusText is the whole screen, a block for each provider.
func statusText(all []entry, now time.Time, room int) string {
	var text strings.Builder
	provider := ""
	for i := range all {
		if e := &all[i]; e.Provider != provider {
			if provider != "" {
				text.WriteString("\n")
			}
			provider = e.Provider
			text.WriteString(heading(all, provider) + "\n")
		}
		text.WriteString(all[i].shown().block(now, room))
	}
	return text.String()
}

// latestText is a line for each of the latest decisions; empty when none is known.
func latestText(all []decided, labels map[string]string, now time.Time, room int) string {
	if len(all) == 0 {
		return ""
	}
	text := "\n" + tui.Colours().Title.Render("latest decisions") + "\n"
	for _, d := range all[max(0, len(all)-latestDecisions):] {
		line := d.headline(labels, now)
		if d.Answer != nil {
			line += "  " + tui.Clean(shown.Answer(d.Answer))
		}
		text += indented(line, "  ", room)
	}
	return text + indented(tui.Colours().Faint.Render(`"multiaccount why" explains them`), "  ", room)
}

func heading(all []entry, provider string) string {
	count, ready := 0, 0
	for i := range all {
		if all[i].Provider == provider {
			count++
			if all[i].State == multiaccount.StateReady {
				ready++
			}
		}
	}
	look := tui.Colours()
	return look.Title.Render(tui.Clean(provider)) + "  " + look.Faint.Render(fmt.Sprintf("%s, %d ready", tui.Count(count, "account", "accounts"), ready))
}

// block is an account with what there is to say of it, on lines of their own.
func (e *entry) block(now time.Time, room int) string {
	look := tui.Colours()
	text := headline(e.headline(now), room)
	if e.Reason != "" {
		text += indented(e.Reason, "    ", room)
	}
	if e.LinkedTo != "" {
		text += indented(look.Faint.Render("linked to "+e.LinkedTo), "    ", room)
	}
	for _, w := range e.Usage {
		text += "    " + tui.Fit(w.Name, quotaName) + " " + quota(w).bar(now, less(room, len("    ")+quotaName+1)) + "\n"
	}
	return text
}

// headline is what stands beside an account's name.
func (e *entry) headline(now time.Time) []string {
	look := tui.Colours()
	items := []string{look.State(e.State).Render("●") + " " + look.Title.Render(e.name()), look.State(e.State).Render(string(e.State))}
	if e.Plan != "" {
		items = append(items, e.Plan)
	}
	if e.Active {
		items = append(items, look.Busy.Render("active"))
	}
	if e.Pinned {
		items = append(items, look.Busy.Render("pinned: it serves all requests"))
	}
	if e.Claimed {
		items = append(items, look.Faint.Render(e.usedBy()))
	}
	if e.CooldownUntil.After(now) {
		items = append(items, look.Warn.Render("free in "+tui.Wait(e.CooldownUntil.Sub(now))))
	}
	return items
}

// headline puts items on a line, and on more where room is limited.
func headline(items []string, room int) string {
	line := "  " + items[0]
	text := ""
	for _, item := range items[1:] {
		if room > 0 && lipgloss.Width(line)+2+lipgloss.Width(item) > room {
			text, line = text+line+"\n", "    "+item
			continue
		}
		line += "  " + item
	}
	if room > 0 {
		line = ansi.Truncate(line, room, "…")
	}
	return text + line + "\n"
}

// usedBy says which other processes use an account.
func (e *entry) usedBy() string {
	switch len(e.UsedBy) {
	case 0:
		return "another process uses it"
	case 1:
		return fmt.Sprintf("process %d uses it", e.UsedBy[0])
	}
	return "processes " + strings.Trim(fmt.Sprint(e.UsedBy), "[]") + " use it"
}

// less is what is left of a width that may be any (0).
func less(room, taken int) int {
	if room == 0 {
		return 0
	}
	return max(1, room-taken)
}

// quota is one of an account's quota windows.
type quota shown.Quota

// bar shows how much of the window is used, in that many columns; 0 is any
// number. A window that has been reset since tells nothing any more.
func (q quota) bar(now time.Time, room int) string {
	look := tui.Colours()
	if !q.ResetAt.IsZero() && !q.ResetAt.After(now) {
		return look.Faint.Render("reset since it was told")
	}
	percent := fmt.Sprintf(" %3.0f %%", q.Utilization)
	if room == 0 {
		room = 1 << 10
	}
	resets := q.resets(now, room-leastQuota-len(percent))
	done, left := tui.Bar(min(quotaWidth, room-len(percent)-lipgloss.Width(resets)), q.Utilization/100)
	return look.Level(q.Utilization).Render(done) + look.Faint.Render(left) + percent + look.Faint.Render(resets)
}

// resets says when the window is reset, in as many words as there is room for.
func (q quota) resets(now time.Time, room int) string {
	if q.ResetAt.IsZero() {
		return ""
	}
	for _, text := range []string{"  resets " + tui.When(q.ResetAt, now), "  resets in " + tui.ShortWait(q.ResetAt.Sub(now))} {
		if lipgloss.Width(text) <= room {
			return text
		}
	}
	return ""
}
