package openai

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
	"github.com/seed-810f1486/multiaccount/providers/internal/number"
)

// The limits of ChatGPT plans, which Codex uses.

const (
	activeHeader = "X-Codex-Active-Limit"
	usedSuffix   = "-Used-Percent"
	// planPrefix is that of the plan's own windows; those of a family of models
	// have the family's name in it.
	planPrefix = "X-Codex"
)

// exhausted is the utilization from which a window rejects, in percent.
const exhausted = 100

// window is a quota window as an answer's headers tell it.
type window struct {
	account.UsageWindow
	// family is the server's key for the models that the window counts, empty
	// when it counts all.
	family string
	// reset is when it resets, as the header says it.
	reset string
}

func (w window) full() bool { return w.Utilization >= exhausted }

// hasPlanWindows reports whether there is anything to read, at the price of a
// few looks.
func hasPlanWindows(h http.Header) bool {
	for _, key := range [...]string{"X-Codex-Primary-Used-Percent", "X-Codex-Secondary-Used-Percent", "X-Codex-Plan-Type", activeHeader} {
		if len(h[key]) > 0 {
			return true
		}
	}
	return false
}

// planWindows returns the windows of the plan, then those of families of
// models.
func planWindows(a providers.Answer) []window {
	if !hasPlanWindows(a.Header) {
		return nil
	}
	var windows []window
	for _, prefix := range prefixes(a.Header) {
		for _, place := range []string{"Primary", "Secondary"} {
			if w, ok := headerWindow(a, prefix, place); ok {
				windows = append(windows, distinct(w, windows, place))
			}
		}
	}
	return unmixed(windows, activeFamily(a.Header))
}

// prefixes returns what the headers of windows begin with, that of the plan
// first: X-Codex-Bengalfox-Primary-Used-Percent begins with "X-Codex-Bengalfox".
func prefixes(h http.Header) []string {
	found := []string{planPrefix}
	for key := range h {
		prefix, told := strings.CutSuffix(key, usedSuffix)
		prefix, primary := strings.CutSuffix(prefix, "-Primary")
		prefix, secondary := strings.CutSuffix(prefix, "-Secondary")
		if told && (primary || secondary) && !slices.Contains(found, prefix) {
			found = append(found, prefix)
		}
	}
	slices.Sort(found[1:])
	return found
}

// distinct calls a window by its place when one of the same length has its name.
func distinct(w window, windows []window, place string) window {
	taken := func(o window) bool { return o.Name == w.Name }
	if slices.ContainsFunc(windows, taken) {
		w.Name += " " + strings.ToLower(place)
	}
	return w
}

// headerWindow reads one window; it reports false when nothing is told of it,
// or that the plan does not have it.
func headerWindow(a providers.Answer, prefix, place string) (window, bool) {
	get := func(field string) string { return answer.First(a.Header, prefix+"-"+place+field) }
	used, ok := number.Decimal(get(usedSuffix))
	if !ok || used == 0 && get("-Window-Minutes") == "0" {
		return window{}, false
	}
	w := window{family: familyOf(prefix), reset: answer.Reset(get("-Reset-After-Seconds"), get("-Reset-At"), a.Now)}
	long := length(get("-Window-Minutes"), time.Minute)
	w.UsageWindow = account.UsageWindow{
		Name: answer.WindowName(familyName(a.Header, prefix), long, strings.ToLower(place)), Utilization: used, Length: long,
		Soft: w.family != "", Partial: w.family != "", SeenAt: a.Now, ResetAt: answer.Moment(w.reset, a.Now),
	}
	return w, true
}

// familyOf returns the key of the family that headers with this prefix are
// about, empty for the plan.
func familyOf(prefix string) string {
	if prefix == planPrefix {
		return ""
	}
	return familyKey(strings.TrimPrefix(prefix, "X-"))
}

// familyKey returns the key of a limit, however it is written: "codex_bengalfox"
// is "bengalfox".
func familyKey(id string) string {
	id = strings.ReplaceAll(strings.ToLower(id), "_", "-")
	return strings.TrimPrefix(strings.TrimPrefix(id, "codex-"), "additional-")
}

// familyName returns what people call a family: the model, where that is told.
func familyName(h http.Header, prefix string) string {
	if name := answer.Family(answer.First(h, prefix+"-Limit-Name")); prefix != planPrefix && name != "" {
		return name
	}
	return answer.Family(familyOf(prefix))
}

// activeFamily returns the family whose windows the request was counted in,
// empty when those were the plan's own.
func activeFamily(h http.Header) string {
	id := answer.First(h, activeHeader)
	if len(id) <= len("codex_") || !strings.EqualFold(id[:len("codex")], "codex") {
		return "" // "premium" and "codex" are the plan
	}
	return familyKey(id)
}

// unmixed tells the plan's windows from the copy of the active family's that
// some answers have in their place.
func unmixed(windows []window, active string) []window {
	if active == "" {
		return windows
	}
	plan, others := split(windows, "")
	own, _ := split(others, active)
	switch {
	case len(own) == 0:
		return append(assign(plan, active), others...)
	case slices.EqualFunc(plan, own, sameFigures):
		return others
	}
	return windows
}

// split returns the windows of one family, and all others.
func split(windows []window, family string) (own, others []window) {
	for _, w := range windows {
		if w.family == family {
			own = append(own, w)
		} else {
			others = append(others, w)
		}
	}
	return own, others
}

// assign makes windows those of a family.
func assign(windows []window, family string) []window {
	for i := range windows {
		w := &windows[i]
		w.family, w.Soft, w.Partial, w.Name = family, true, true, answer.Family(family)+" "+w.Name
	}
	return windows
}

func sameFigures(a, b window) bool {
	return a.Utilization == b.Utilization && a.Length == b.Length && a.reset == b.reset
}

// appendPlanUsage adds the figures of the windows.
func appendPlanUsage(usage []account.UsageWindow, a providers.Answer) []account.UsageWindow {
	paid := spendsCredits(a.Header)
	for _, w := range planWindows(a) {
		w.Paid = paid && w.full() && !w.Soft
		usage = answer.AppendFigure(usage, w.UsageWindow)
	}
	return usage
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
