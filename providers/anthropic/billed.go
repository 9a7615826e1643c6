package anthropic

import (
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// billedPause is how long an account rests once its owner's money is next.
const billedPause = 24 * time.Hour

// billed returns a limit when a subscription's answer says that it is paid for
// by something else than the subscription. An API key is always paid for.
func billed(a providers.Answer) []account.Limit {
	claim := answer.First(a.Header, unifiedClaim)
	if claim == "" || a.Kind == account.APIKey || !spends(claim) {
		return nil
	}
	e := answer.NewEvidence(a.Now, "")
	e.Add(reason(claim, "overage"), account.FromHeader, billedPause)
	limits := e.Limits()
	for i := range limits {
		limits[i].Paid = true
	}
	return limits
}

// spends reports whether a claim is one of money and not of a quota window.
func spends(claim string) bool {
	claim = strings.ToLower(claim)
	return claim == "api" || strings.HasPrefix(claim, "api_") ||
		claim == "overage" || strings.HasPrefix(claim, "overage_") ||
		strings.HasPrefix(claim, "sdk") || strings.Contains(claim, "credit")
}
