package answer

// CommonRules are the codes that many servers share, most of which offer OpenAI's
// API.
func CommonRules() []Rule {
	return []Rule{
		// Google's, under the status and the code of a request that is wrong.
		{Phrase: "api key not valid", Says: LoginGone, Word: "api_key_invalid"},
		{Phrase: "api key expired", Says: LoginGone, Word: "api_key_expired"},
		{Phrase: "your api key was reported as leaked", Says: LoginGone, Word: "api_key_leaked"},
		{Code: "context_length_exceeded", Says: RequestsOwn},
		{Code: "billing_hard_limit_reached", Says: OwnerNeeded},
		{Code: "billing_not_active", Says: OwnerNeeded},
		{Code: "organization_disabled", Says: OwnerNeeded},
		{Code: "organization_deactivated", Says: OwnerNeeded},
		{Code: "account_deactivated", Says: OwnerNeeded},
		{Code: "usage_limit_reached", Says: PlanUsedUp},
		{Code: "insufficient_quota", Says: QuotaUsedUp},
		{Code: "quota_exceeded", Says: QuotaUsedUp},
	}
}
