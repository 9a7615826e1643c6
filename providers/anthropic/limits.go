package anthropic

import (
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// limits returns until when a limit holds: the latest reset of the windows that
// rejected, else what the error says.
func limits(a providers.Answer, f answer.Fault, code string) []account.Limit {
	if f.Says == answer.NoModel {
		return answer.Limits(a, f, code)
	}
	if over := claimedMoney(a); over != nil && f.Says == 0 {
		return over
	}
	if found := windowLimits(a); len(found) > 0 {
		return found
	}
	e := f.Evidence(a)
	for _, b := range keyBuckets() {
		b.AddTo(&e, a.Header)
	}
	f.AddSaid(&e, a, code)
	return e.Limits()
}

// windowLimits returns the limits by windows: the account's, and that of the
// model.
func windowLimits(a providers.Answer) []account.Limit {
	windows := unifiedWindows(a)
	found := sharedLimit(a, windows)
	return append(found, modelLimit(a, windows, len(found) > 0)...)
}

// sharedLimit returns the limit by the windows that hold for every model.
func sharedLimit(a providers.Answer, windows []window) []account.Limit {
	e := answer.NewEvidence(a.Now, "")
	for _, w := range windows {
		if w.family == "" && w.status == rejected {
			e.AddWindow(w.name, w.reset)
		}
	}
	decisive, known := claimed(a)
	if answer.First(a.Header, unifiedStatus) == rejected && decisive.family == "" && !rejectedAny(windows) {
		addClaimed(&e, a, windows, decisive, known)
	}
	return ended(&e, a)
}

// addClaimed takes in the window that the answer names, because it gives none a
// status.
func addClaimed(e *answer.Evidence, a providers.Answer, windows []window, decisive window, known bool) {
	name, reset := decisive.name, resetOf(windows, decisive.key, answer.First(a.Header, unifiedReset))
	if !known {
		name = reason(answer.First(a.Header, unifiedClaim), "unified")
	}
	e.AddWindow(name, reset)
}

// ended returns the limit of windows. One that does not say when it resets ends
// after the wait that the answer asks for.
func ended(e *answer.Evidence, a providers.Answer) []account.Limit {
	if e.Rejected() && !e.Found() {
		e.AddRetryAfter("", a.Header)
	}
	return e.Limits()
}

// resetOf returns when the window with this key resets, as its header says it.
func resetOf(windows []window, key, fallback string) string {
	i := slices.IndexFunc(windows, func(w window) bool { return strings.EqualFold(w.key, key) })
	if i < 0 || windows[i].reset == "" {
		return fallback
	}
	return windows[i].reset
}

// rejectedAny reports whether a window is told to have rejected.
func rejectedAny(windows []window) bool {
	return slices.ContainsFunc(windows, func(w window) bool { return w.status == rejected })
}

// modelLimit returns the limit by windows that count some models only, beside
// those that hold for all. It is never the account's: without a model it is that
// of the family, unless a limit of the account is known already.
func modelLimit(a providers.Answer, windows []window, sharedKnown bool) []account.Limit {
	counted := countedWindows(a, windows, sharedKnown)
	if len(counted) == 0 || a.Model == "" && sharedKnown {
		return nil
	}
	model := account.Untiered(a.Model)
	if model == "" {
		model = counted[0].family
	}
	e := answer.NewModelEvidence(a.Now, model)
	for _, w := range counted {
		e.AddWindow(w.name, w.reset)
	}
	if sharedKnown {
		return e.Limits()
	}
	return ended(&e, a)
}

// countedWindows returns the windows of families that rejected this request: the
// one that the answer names, else those that have the model's name, else all
// that rejected when nothing else did.
func countedWindows(a providers.Answer, windows []window, sharedKnown bool) []window {
	if w, known := claimed(a); known && w.family != "" && answer.First(a.Header, unifiedStatus) == rejected {
		w.reset = resetOf(windows, w.key, answer.First(a.Header, unifiedReset))
		if w.family == "overage_included" {
			w.reset = resetOf(windows, "7d_oi", w.reset)
		}
		return []window{w}
	}
	full := slices.DeleteFunc(slices.Clone(windows), func(w window) bool { return w.family == "" || w.status != rejected })
	named := slices.DeleteFunc(slices.Clone(full), func(w window) bool { return !strings.Contains(strings.ToLower(a.Model), w.family) })
	if len(named) > 0 || sharedKnown {
		return named
	}
	return full
}

func reason(claim, fallback string) string {
	if word := answer.Word(claim); word != "" {
		return word
	}
	return fallback
}
