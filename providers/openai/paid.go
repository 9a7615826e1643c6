package openai

import (
	"net/http"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// spendsCredits reports whether the account goes on at its owner's expense once
// a window is used up: there are credits, however many.
func spendsCredits(h http.Header) bool {
	return told(h, "X-Codex-Credits-Has-Credits") || told(h, "X-Codex-Credits-Unlimited")
}

func told(h http.Header, name string) bool { return strings.EqualFold(answer.First(h, name), "true") }

// paid returns a limit when a success was paid for with credits, because a
// window of those that count for it is used up.
func paid(a providers.Answer) []account.Limit {
	if !spendsCredits(a.Header) {
		return nil
	}
	windows := planWindows(a)
	family := paidFamily(a, windows)
	e := answer.NewEvidence(a.Now, "")
	if family != "" {
		e = answer.NewModelEvidence(a.Now, limitedModel(a, windows, family))
	}
	limits := append(addFull(a, windows, family, &e), e.Limits()...)
	for i := range limits {
		limits[i].Paid = true
	}
	return limits
}

// paidFamily returns the family in whose windows a success was counted: the
// active one, else the one that is called by the model that was asked for.
func paidFamily(a providers.Answer, windows []window) string {
	if active := activeFamily(a.Header); active != "" {
		return active
	}
	for _, w := range windows {
		if w.full() && names(w, a.Model) {
			return w.family
		}
	}
	return ""
}
