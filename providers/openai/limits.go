package openai

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// limits returns until when a limit holds: the latest reset of the windows that
// rejected, by the headers and by the body, else the waits that both name.
func limits(a providers.Answer, f answer.Fault, code string) []account.Limit {
	if f.Says == answer.NoModel {
		return answer.Limits(a, f, code)
	}
	windows := planWindows(a)
	family := limitedFamily(a, f, windows)
	e := f.Evidence(a)
	if family != "" {
		e = answer.NewModelEvidence(a.Now, limitedModel(a, windows, family))
	}
	found := addFull(a, windows, family, &e)
	for _, b := range keyBuckets() {
		b.AddTo(&e, a.Header)
	}
	if f.Says != answer.OwnerNeeded || !e.Rejected() {
		f.AddSaid(&e, a, code)
	}
	e.NameBy(figures(windows, family))
	return append(found, e.Limits()...)
}

// limitedFamily returns the family in whose windows the request was counted: the
// active one, else the one with the model's name, else the only one that has a window
// that is used up. Empty means the plan.
func limitedFamily(a providers.Answer, f answer.Fault, windows []window) string {
	if answer.First(a.Header, activeHeader) != "" {
		return activeFamily(a.Header)
	}
	var full string
	for _, w := range windows {
		switch {
		case !w.full():
		case w.family == "" || names(w, a.Model):
			return w.family
		case f.Says == answer.PlanUsedUp:
			full = w.family
		}
	}
	return full
}

// names reports whether a window is called by the model.
func names(w window, model string) bool {
	return model != "" && strings.HasPrefix(strings.ToLower(w.Name), strings.ToLower(account.Untiered(model))+" ")
}

// limitedModel is the one that was asked for. When that is not known, it is the
// one after which the family is called.
func limitedModel(a providers.Answer, windows []window, family string) string {
	if model := account.Untiered(a.Model); model != "" {
		return model
	}
	for _, w := range windows {
		if w.family == family {
			name, _, _ := strings.Cut(w.Name, " ")
			return strings.ToLower(name)
		}
	}
	return family
}

// addFull takes in the windows of a family, or of the plan, that are used up.
// Those of the plan limit the account even where the request was counted in a
// family's; that limit is returned.
func addFull(a providers.Answer, windows []window, family string, e *answer.Evidence) []account.Limit {
	plan := answer.NewEvidence(a.Now, "")
	for _, w := range windows {
		switch {
		case !w.full():
		case w.family == family:
			e.AddWindow(w.Name, w.reset)
		case w.family == "":
			plan.AddWindow(w.Name, w.reset)
		}
	}
	return plan.Limits()
}

// figures returns the windows of one family as figures.
func figures(windows []window, family string) []account.UsageWindow {
	var usage []account.UsageWindow
	for _, w := range windows {
		if w.family == family {
			usage = append(usage, w.UsageWindow)
		}
	}
	return usage
}

// usage returns the figures in an answer's headers; without any it allocates
// nothing.
func usage(a providers.Answer) []account.UsageWindow {
	windows := appendPlanUsage(nil, a)
	for _, b := range keyBuckets() {
		windows = b.AppendUsage(windows, a.Header, a.Now)
	}
	return windows
}
