package demoview

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount/internal/demo"
	"github.com/seed-810f1486/multiaccount/tui"
)

// report is a summary on its way to a terminal or a pipe.
type report struct {
	*demo.Summary
	board
	lines []string
}

// Report returns a summary in lines that fit in width: a table of the
// accounts, what happened, and what is wrong, if anything is.
func Report(s *demo.Summary, width int) string {
	all := make([]string, len(s.ByAccount))
	for i := range s.ByAccount {
		all[i] = s.ByAccount[i].Account
	}
	r := &report{Summary: s, board: newBoard(width, all)}
	r.table()
	r.add("")
	r.figures()
	r.add("")
	r.verdict()
	return strings.Join(r.lines, "\n") + "\n"
}

func (r *report) add(line string) { r.lines = append(r.lines, line) }

// table has a line for each account, with a bar of what it served.
func (r *report) table() {
	most := 1
	for i := range r.ByAccount {
		most = max(most, r.ByAccount[i].Requests)
	}
	provider := ""
	for i := range r.ByAccount {
		a := &r.ByAccount[i]
		if a.Provider != provider {
			provider = a.Provider
			r.add(r.header(provider))
		}
		bar, _ := tui.Bar(r.columns.picture, float64(a.Requests)/float64(most))
		r.add(r.row(a, r.Busy.Render(tui.Fit(bar, r.columns.picture))))
	}
}

func (r *report) figures() {
	r.fact("requests", fmt.Sprintf("%s in %.1f s (%.0f/s), %s streamed",
		tui.Number(r.Requests), r.DurationSeconds, r.RequestsPerSecond, tui.Number(r.Streams)))
	r.fact("latency", fmt.Sprintf("half within %s, 99%% within %s, all within %s",
		millis(r.Latency.P50), millis(r.Latency.P99), millis(r.Latency.Max)))
	r.fact("hidden from callers", r.hidden())
	r.fact("moved to another account", tui.Count(r.Rotations, "time", "times"))
	r.fact("tokens refreshed", fmt.Sprintf("%s, %s spent twice", tui.Number(r.Refreshes), tui.Number(r.RefreshTokensSpentTwice)))
	r.fact("logins", fmt.Sprintf("%s revoked by the provider, %s lost", tui.Number(r.LoginsRevoked), tui.Number(r.LoginsLost)))
	r.fact("failures", tui.Number(r.Failures))
	if r.Processes > 1 {
		r.fact("processes", fmt.Sprintf("%s on one folder, %s failed", tui.Number(r.Processes), tui.Number(r.ProcessesFailed)))
	}
	r.fact("goroutines left", tui.Number(r.GoroutinesLeft))
}

// factWidth is the width of what a figure is called.
const factWidth = len("moved to another account")

func (r *report) fact(name, text string) {
	lines := strings.Split(lipgloss.Wrap(text, r.width-factWidth-2, ""), "\n")
	for i, line := range lines {
		if i > 0 {
			name = ""
		}
		r.add(r.Faint.Render(tui.Fit(name, factWidth)) + "  " + line)
	}
}

// millis is a duration given in milliseconds, in a fitting unit.
func millis(ms float64) string {
	switch {
	case ms < 10:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 1000:
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.1f s", ms/1000)
}

// hidden lists the answers that the engine made up for.
func (r *report) hidden() string {
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(r.AttemptsByStatus)) {
		n := tui.Number(r.AttemptsByStatus[status])
		switch status {
		case "200":
		case "none":
			parts = append(parts, n+" without an answer")
		default:
			parts = append(parts, n+" × "+status)
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// verdict says what is wrong, and why as far as that is known.
func (r *report) verdict() {
	if r.Interrupted {
		text := "Ended early."
		if r.Cancelled > 0 {
			text = "Ended early; " + tui.Count(r.Cancelled, "request was", "requests were") + " cut off."
		}
		r.say(r.Warn, text)
	}
	problems := r.Problems()
	if len(problems) == 0 {
		r.say(r.Good, "All is well: "+r.wellness())
		return
	}
	for _, p := range problems {
		r.say(r.Bad, "Failed: "+p+".")
	}
	for _, f := range r.FailuresByKind {
		r.say(r.Plain, fmt.Sprintf("%s × %s, the first: %s", tui.Number(f.Count), f.Kind, f.Example))
	}
	for _, process := range r.FailedProcesses {
		r.say(r.Plain, process)
	}
	for _, login := range r.LostLogins {
		r.say(r.Plain, login)
	}
	for _, stack := range r.LeftGoroutines {
		r.add("\n" + stack)
	}
}

// wellness says what went well, no more than the figures do.
func (r *report) wellness() string {
	logins := "every login still works"
	if r.LoginsRevoked > 0 {
		logins = "every login that the provider did not revoke still works"
	}
	if r.Requests == 0 {
		return logins + "."
	}
	return fmt.Sprintf("%s, and no caller got an error; the slowest of %s waited %s.",
		logins, tui.Count(r.Requests, "request", "requests"), millis(r.Latency.Max))
}

// say adds a sentence, in as many lines as it takes.
func (r *report) say(style lipgloss.Style, text string) {
	for line := range strings.SplitSeq(lipgloss.Wrap(text, r.width, ""), "\n") {
		r.add(style.Render(line))
	}
}
