package openai

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// rules are what the errors of ChatGPT, of Codex and of the API say. A phrase
// that is more precise than a code comes before it.
func rules() []answer.Rule {
	return []answer.Rule{
		{Code: "account_deactivated", Says: answer.LoginGone},
		{Code: "token_revoked", When: forbids, Says: answer.LoginGone},
		{Code: "token_invalidated", When: forbids, Says: answer.LoginGone},

		{Phrase: "request too large for * limit ", Says: answer.RequestsOwn, Word: "request_too_large"},
		{Phrase: "rate limit reached for ", When: exceedsLimit, Says: answer.RequestsOwn, Word: "request_too_large"},
		{Code: "context_length_exceeded", Says: answer.RequestsOwn},
		{Phrase: "you have insufficient permissions for this operation. missing scopes", Says: answer.RequestsOwn, Word: "missing_scope"},
		{Code: "resource_unavailable", Says: answer.TiersOwn, Tier: "flex"},

		{Code: "deactivated_workspace", Says: answer.OwnerNeeded},
		{Code: "workspace_owner_credits_depleted", Says: answer.OwnerNeeded},
		{Code: "workspace_member_credits_depleted", Says: answer.OwnerNeeded},
		{Phrase: "your workspace is out of credits", Says: answer.OwnerNeeded, Word: "workspace_credits_depleted"},
		{Code: "organization_deactivated", Says: answer.OwnerNeeded},
		{Code: "organization_disabled", Says: answer.OwnerNeeded},
		{Phrase: "this organization has been disabled", Says: answer.OwnerNeeded, Word: "organization_disabled"},
		{Phrase: "your openai account has been deactivated", Says: answer.OwnerNeeded, Word: "account_deactivated"},
		{Code: "billing_hard_limit_reached", Says: answer.OwnerNeeded},
		{Phrase: "billing hard limit has been reached", Says: answer.OwnerNeeded, Word: "billing_hard_limit_reached"},
		{Code: "billing_not_active", Says: answer.OwnerNeeded},
		{Phrase: "your account is not active, please check your billing details", Says: answer.OwnerNeeded, Word: "billing_not_active"},
		{Code: "organization_spend_limit_exceeded", Says: answer.OwnerNeeded},
		{Code: "organization_usage_limit_exceeded", Says: answer.OwnerNeeded},
		{Code: "project_spend_limit_exceeded", Says: answer.OwnerNeeded},
		{Code: "usage_not_included", Says: answer.OwnerNeeded},

		{Phrase: "the '*' model is not supported when using codex with a chatgpt account", Says: answer.NoModel, Word: "model_not_supported"},
		{Phrase: "project `*` does not have access to model `", Says: answer.NoModel, Word: "model_not_found"},
		{Phrase: "the model `*` does not exist or you do not have access to it", Says: answer.NoModel, Word: "model_not_found"},

		{Code: "workspace_owner_usage_limit_reached", Says: answer.PlanUsedUp},
		{Code: "workspace_member_usage_limit_reached", Says: answer.PlanUsedUp},
		{Code: "usage_limit_reached", Says: answer.PlanUsedUp},
		{Code: "usage_limit_exceeded", Says: answer.PlanUsedUp},
		{Code: "rate_limit_reached", Says: answer.PlanUsedUp, Word: "usage_limit_reached"},
		{Phrase: "the usage limit has been reached", Says: answer.PlanUsedUp, Word: "usage_limit_reached"},
		{Phrase: "you've hit your usage limit", Says: answer.PlanUsedUp, Word: "usage_limit_reached"},

		{Code: "insufficient_quota", Says: answer.QuotaUsedUp},
		{Code: "quota_exceeded", Says: answer.QuotaUsedUp},
		{Phrase: "you exceeded your current quota", Says: answer.QuotaUsedUp, Word: "insufficient_quota"},
	}
}

// forbids tells the answer that ends a login from a 401, which a new token may
// put right.
func forbids(a providers.Answer, _ answer.Error) bool { return a.Status == http.StatusForbidden }

// exceedsLimit reports whether the message says that the request alone asks
// for more than a whole minute allows.
func exceedsLimit(_ providers.Answer, e answer.Error) bool {
	found := regexp.MustCompile(`limit:? ([\d,]+)\b.*\brequested:? ([\d,]+)`).FindStringSubmatch(strings.ToLower(e.Message))
	return len(found) == 3 && count(found[2]) > count(found[1])
}

func count(digits string) float64 {
	n, _ := strconv.ParseFloat(strings.ReplaceAll(digits, ",", ""), 64) // digits are all there is
	return n
}
