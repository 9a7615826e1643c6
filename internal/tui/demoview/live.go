package demoview

import (
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount/internal/demo"
	"github.com/seed-810f1486/multiaccount/tui"
)

const (
	// newsLines is how much news there is room for.
	newsLines = 6
	// fixedLines are all but the accounts and the news.
	fixedLines = 9
)

// live is a snapshot on its way to a screen.
type live struct {
	demo.Snapshot
	board
	height int
}

// Live returns the screen for a moment of a run: every line fits in width,
// and all lines in height where that is possible at all.
func Live(s demo.Snapshot, width, height int) string {
	v := &live{Snapshot: s, board: newBoard(width, labels(s.Accounts)), height: height}
	lines := v.head()
	lines = append(lines, v.table()...)
	lines = append(lines, "")
	lines = append(lines, v.latest()...)
	return strings.Join(append(lines, v.foot()), "\n")
}

func labels(tracks []demo.Track) []string {
	all := make([]string, len(tracks))
	for i := range tracks {
		all[i] = tracks[i].Account
	}
	return all
}

// head is what concerns the whole run.
func (v *live) head() []string {
	done, left := tui.Bar(v.width, v.Elapsed.Seconds()/v.Duration.Seconds())
	setting := v.setting()
	title := v.Title.Render("multiaccount demo")
	if v.width >= len("multiaccount demo  ")+len(setting)+len("closing the engine") {
		title += "  " + v.Faint.Render(setting)
	}
	return []string{
		tui.Spread(title, v.clock(), v.width),
		v.Good.Render(done) + v.Faint.Render(left),
		v.totals(),
		"",
	}
}

func (v *live) setting() string {
	parts := []string{tui.Count(len(v.Accounts), "account", "accounts"), tui.Count(v.Workers, "worker", "workers")}
	if v.Processes > 1 {
		parts = append(parts, tui.Count(v.Processes, "process", "processes"))
	}
	return strings.Join(parts, ", ") + fmt.Sprintf(", seed %d", v.Seed)
}

func (v *live) clock() string {
	switch v.Phase {
	case demo.Closing:
		return v.Warn.Render("closing the engine")
	case demo.Checking:
		return v.Warn.Render("trying every login")
	case demo.Ended:
		return v.Good.Render("done")
	case demo.Serving:
	}
	return fmt.Sprintf("%s of %s", seconds(v.Elapsed), seconds(v.Duration))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) }

// totals is as many of the figures as the line has room for.
func (v *live) totals() string {
	failures := v.Faint
	if v.Failures > 0 {
		failures = v.Bad
	}
	figures := []string{
		v.Title.Render(tui.Count(v.Requests, "request", "requests")),
		fmt.Sprintf("%.0f/s", v.PerSecond),
		failures.Render(tui.Count(v.Failures, "failure", "failures")),
		tui.Count(v.Refreshes, "refresh", "refreshes"),
		tui.Count(v.Rotations, "rotation", "rotations"),
		tui.Count(v.Limited, "limit", "limits"),
	}
	line := figures[0]
	for _, figure := range figures[1:] {
		if lipgloss.Width(line)+lipgloss.Width(figure)+3 > v.width {
			break
		}
		line += v.Faint.Render(" · ") + figure
	}
	return line
}

// room is how many lines there are for accounts and for news: two for one,
// while there are few.
func (v *live) room() (accounts, news int) {
	spare := max(2, v.height-fixedLines)
	accounts = min(len(v.Accounts), max(1, spare-newsLines, spare*2/3))
	return accounts, min(newsLines, max(1, spare-accounts))
}

// table has a line for each account, as many as there is room for.
func (v *live) table() []string {
	room, _ := v.room()
	shown := v.Accounts[:room]
	most := peak(shown, v.columns.picture)
	var lines []string
	provider := ""
	for i := range shown {
		if shown[i].Provider != provider {
			provider = shown[i].Provider
			lines = append(lines, v.header(provider))
		}
		lines = append(lines, v.row(&shown[i].AccountSummary, v.picture(&shown[i], most)))
	}
	if hidden := len(v.Accounts) - room; hidden > 0 {
		lines = append(lines, v.Faint.Render("and "+tui.Number(hidden)+" more"))
	}
	return lines
}

// latest is the news, as many lines as there is room for.
func (v *live) latest() []string {
	_, room := v.room()
	lines := make([]string, room)
	for i, n := range v.News[max(0, len(v.News)-room):] {
		at := fmt.Sprintf("%6.1f s  ", n.At.Seconds())
		lines[i] = v.Faint.Render(at) + v.tone(n.Tone).Render(tui.Cut(n.Text, v.width-len(at)))
	}
	return lines
}

func (v *live) tone(t demo.Tone) lipgloss.Style {
	switch t {
	case demo.Note:
		return v.Warn
	case demo.Trouble:
		return v.Bad
	case demo.Relief:
		return v.Good
	case demo.Hint:
	}
	return v.Plain
}

func (v *live) foot() string {
	legend := v.Busy.Render("▂▅█") + v.Faint.Render(" served  ") + v.Warn.Render("·") + v.Faint.Render(" resting  ") +
		v.Bad.Render("×") + v.Faint.Render(" login gone")
	return tui.Spread(legend, v.Faint.Render("ctrl+c ends it early"), v.width)
}
