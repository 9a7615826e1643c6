package anthropic

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// limits returns until when a 429 holds: the latest reset of the windows that
// rejected, else the header's wait.
func limits(a providers.Answer, code string) []account.Limit {
	if over := billed(a); over != nil {
		return over
	}
	found := sharedLimit(a)
	found = append(found, modelLimit(a, len(found) > 0)...)
	if len(found) > 0 {
		return found
	}
	e := answer.NewEvidence(a.Now, answer.KeyModel(a))
	for _, b := range keyBuckets() {
		b.AddTo(&e, a.Header)
	}
	if !e.Found() {
		e.AddRetryAfter(code, a.Header)
	}
	if !e.Found() {
		e.AddBody(code, a.Body)
	}
	return e.Limits()
}

// sharedLimit returns the limit by the windows that hold for every model.
func sharedLimit(a providers.Answer) []account.Limit {
	e := answer.NewEvidence(a.Now, "")
	for _, w := range unifiedWindows() {
		if answer.First(a.Header, w.status) == rejected {
			e.AddWindow(w.name, answer.First(a.Header, w.reset))
		}
	}
	if e.Found() || answer.First(a.Header, unifiedStatus) != rejected || claimsModels(a) {
		return e.Limits()
	}
	// The answer gives no window a status; it names the one that rejected.
	claim := answer.First(a.Header, unifiedClaim)
	for _, w := range unifiedWindows() {
		if w.claim == claim {
			e.AddWindow(w.name, answer.First(a.Header, w.reset))
		}
	}
	if !e.Found() {
		e.AddWindow(reason(claim, "unified"), answer.First(a.Header, unifiedReset))
	}
	return e.Limits()
}

// modelLimit returns the limit by a window that holds for some models only,
// beside those that hold for all. It is the account's when the model is not
// known, unless a limit of the account is known already.
func modelLimit(a providers.Answer, sharedKnown bool) []account.Limit {
	if !claimsModels(a) || answer.First(a.Header, unifiedStatus) != rejected {
		return nil
	}
	if a.Model == "" && sharedKnown {
		return nil
	}
	claim := modelWindow(reason(answer.First(a.Header, unifiedClaim), "unified"))
	e := answer.NewEvidence(a.Now, a.Model)
	e.AddWindow(claim, answer.First(a.Header, unifiedReset))
	if !e.Found() && !sharedKnown {
		e.AddRetryAfter(claim, a.Header)
	}
	return e.Limits()
}

// claimsModels reports whether the answer names a window such as
// seven_day_opus, which only some models have.
func claimsModels(a providers.Answer) bool {
	return strings.HasPrefix(answer.First(a.Header, unifiedClaim), "seven_day_")
}

// modelWindow returns the name of a model's window, which is also that of its
// figures (see [Provider.Usage]).
func modelWindow(claim string) string { return strings.Replace(claim, "seven_day_", "7d_", 1) }

func reason(claim, fallback string) string {
	if word := answer.Word(claim); word != "" {
		return word
	}
	return fallback
}
