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

// billed returns a limit when a success of a subscription was paid for by
// something else than the subscription. An API key is always paid for.
func billed(a providers.Answer) []account.Limit {
	if claim := claimedMoney(a); claim != nil || !spendsExtra(a) {
		return claim
	}
	found := windowLimits(a)
	if len(found) == 0 {
		return pause(a, "overage")
	}
	return paid(found)
}

// claimedMoney returns a limit when the claim is one of money and not of a
// quota window.
func claimedMoney(a providers.Answer) []account.Limit {
	claim := answer.First(a.Header, unifiedClaim)
	if claim == "" || a.Kind == account.APIKey || !spends(claim) {
		return nil
	}
	return pause(a, reason(claim, "overage"))
}

func pause(a providers.Answer, reason string) []account.Limit {
	e := answer.NewEvidence(a.Now, "")
	e.Add(reason, account.FromHeader, billedPause)
	return paid(e.Limits())
}

func paid(limits []account.Limit) []account.Limit {
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

// spendsExtra reports whether a success went on beyond the plan: the answer says
// so, or the plan rejected and extra usage allowed it.
func spendsExtra(a providers.Answer) bool {
	if a.Kind == account.APIKey {
		return false
	}
	beyond := answer.First(a.Header, unifiedStatus) == rejected ||
		answer.First(a.Header, unifiedPrefix+"5h-Status") == rejected || answer.First(a.Header, unifiedPrefix+"7d-Status") == rejected
	return strings.EqualFold(answer.First(a.Header, overageInUse), "true") ||
		beyond && strings.HasPrefix(answer.First(a.Header, overageStatus), "allowed")
}
