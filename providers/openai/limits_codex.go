package openai

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
	"github.com/seed-810f1486/multiaccount/providers/internal/number"
)

// The limits of ChatGPT plans, which Codex uses.

// window is a quota window of a ChatGPT plan, and the headers about it.
type window struct {
	name                               string
	used, resetAfter, resetAt, minutes string
}

// planWindows returns an array, so that reading it allocates nothing.
func planWindows() [2]window {
	return [...]window{
		{
			"primary", "X-Codex-Primary-Used-Percent", "X-Codex-Primary-Reset-After-Seconds",
			"X-Codex-Primary-Reset-At", "X-Codex-Primary-Window-Minutes",
		},
		{
			"secondary", "X-Codex-Secondary-Used-Percent", "X-Codex-Secondary-Reset-After-Seconds",
			"X-Codex-Secondary-Reset-At", "X-Codex-Secondary-Window-Minutes",
		},
	}
}

// exhausted is the utilization from which a window rejects, in percent.
const exhausted = 100

// addPlanLimits adds the windows that rejected.
func addPlanLimits(e *answer.Evidence, a providers.Answer) {
	for _, w := range planWindows() {
		if used, ok := number.Decimal(answer.First(a.Header, w.used)); ok && used >= exhausted {
			e.AddWindow(w.name, w.reset(a))
		}
	}
}

func appendPlanUsage(windows []account.UsageWindow, a providers.Answer) []account.UsageWindow {
	for _, w := range planWindows() {
		used, ok := number.Decimal(answer.First(a.Header, w.used))
		if !ok {
			continue
		}
		windows = answer.AppendFigure(windows, account.UsageWindow{
			Name: w.name, Utilization: used, SeenAt: a.Now,
			Length:  length(answer.First(a.Header, w.minutes), time.Minute),
			ResetAt: answer.Moment(w.reset(a), a.Now),
		})
	}
	return windows
}

// reset returns when the window resets, by the form that does not depend on
// this machine's clock where there is one.
func (w window) reset(a providers.Answer) string {
	return answer.Reset(answer.First(a.Header, w.resetAfter), answer.First(a.Header, w.resetAt), a.Now)
}

// longest bounds the length of a window: a year, in units of a second or more.
const longest = 366 * 24 * time.Hour

// length reads how long a window is; zero when it is not told or absurd.
func length(text string, unit time.Duration) time.Duration {
	n, ok := number.Decimal(text)
	if !ok || n > float64(longest/unit) {
		return 0
	}
	return time.Duration(n * float64(unit))
}
