package anthropic

import (
	"net/http"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// rules are what the errors of the API say. Most have no code of their own, so
// it is their messages that tell them apart.
func rules() []answer.Rule {
	return []answer.Rule{
		{Code: "permission_error", Phrase: "oauth token has been revoked", When: forbids, Says: answer.LoginGone, Word: "permission_error"},

		{Phrase: "oauth authentication is currently not supported", Says: answer.RequestsOwn, Word: "oauth_not_supported"},
		{Phrase: "extra usage is required for ", Says: answer.RequestsOwn, Word: "extra_usage_required"},
		{Phrase: "usage credits are required for ", Says: answer.RequestsOwn, Word: "extra_usage_required"},
		{Phrase: "usage credits required for ", Says: answer.RequestsOwn, Word: "extra_usage_required"},
		{Phrase: "the long context beta is not yet available for this subscription", Says: answer.RequestsOwn, Word: "long_context_unavailable"},
		{Phrase: "this request would exceed * long context ", Says: answer.RequestsOwn, Word: "long_context_limit"},
		{Phrase: "this request would exceed * fast mode ", Says: answer.TiersOwn, Tier: fast, Word: "fast_mode_limit"},
		{Phrase: "fast mode ", Says: answer.TiersOwn, Tier: fast, Word: "fast_mode_limit"},
		{When: fastModeUsedUp, Says: answer.TiersOwn, Tier: fast, Word: "fast_mode_limit"},

		{Phrase: "your credit balance is too low", Says: answer.OwnerNeeded, Word: "credit_balance_too_low"},
		{Phrase: "you're out of extra usage", Says: answer.OwnerNeeded, Word: "out_of_extra_usage"},
		{Phrase: "third-party apps now draw from your extra usage", Says: answer.OwnerNeeded, Word: "extra_usage_needed"},
		{Phrase: "this organization has been disabled", Says: answer.OwnerNeeded, Word: "organization_disabled"},
		{Phrase: "your organization has been disabled", Says: answer.OwnerNeeded, Word: "organization_disabled"},
		{Phrase: "your account has been disabled", Says: answer.OwnerNeeded, Word: "account_disabled"},
		{Code: "oauth_org_not_allowed", Says: answer.OwnerNeeded},
		{Phrase: "oauth authentication is currently not allowed for this organization", Says: answer.OwnerNeeded, Word: "oauth_org_not_allowed"},
		{Phrase: "your organization has disabled claude subscription access", Says: answer.OwnerNeeded, Word: "oauth_org_not_allowed"},
		{Code: "billing_error", Says: answer.OwnerNeeded},

		{Phrase: "this request would exceed * rate limit of 0 ", Says: answer.NoModel, Word: "model_not_allowed"},
		{Phrase: "this model is not available with the claude ", Says: answer.NoModel, Word: "model_not_allowed"},
		{Phrase: "claude * is not available with the claude ", Says: answer.NoModel, Word: "model_not_allowed"},
		{Phrase: "you have reached your specified api usage limits", Says: answer.QuotaUsedUp, Word: "api_usage_limit"},
	}
}

// fast is the speed tier that has limits of its own.
const fast = "fast"

// forbids tells the answer that ends a login from others with its words.
func forbids(a providers.Answer, _ answer.Error) bool { return a.Status == http.StatusForbidden }

// fastModeUsedUp reports whether a 429 is about the capacity of the speed tier:
// its own bucket is empty, and no window of the account rejected.
func fastModeUsedUp(a providers.Answer, _ answer.Error) bool {
	if a.Status != http.StatusTooManyRequests || answer.First(a.Header, unifiedStatus) == rejected || rejectedAny(unifiedWindows(a)) {
		return false
	}
	return answer.First(a.Header, "Anthropic-Fast-Input-Tokens-Remaining") == "0" ||
		answer.First(a.Header, "Anthropic-Fast-Output-Tokens-Remaining") == "0"
}
