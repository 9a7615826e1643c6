package anthropic

import "time"

// The headers of a subscription's limits, in canonical form.
const (
	unifiedStatus = "Anthropic-Ratelimit-Unified-Status"
	unifiedReset  = "Anthropic-Ratelimit-Unified-Reset"
	unifiedClaim  = "Anthropic-Ratelimit-Unified-Representative-Claim"
)

const (
	rejected = "rejected"
	session  = 5 * time.Hour
	weekly   = 7 * 24 * time.Hour
)

// window is a quota window of a subscription, and the headers about it.
type window struct {
	name, claim                string
	status, reset, utilization string
	length                     time.Duration
}

// unifiedWindows returns the windows that hold for every model. It returns an
// array, so that reading them allocates nothing.
func unifiedWindows() [2]window {
	return [...]window{
		{
			name: "5h", claim: "five_hour", length: session,
			status:      "Anthropic-Ratelimit-Unified-5h-Status",
			reset:       "Anthropic-Ratelimit-Unified-5h-Reset",
			utilization: "Anthropic-Ratelimit-Unified-5h-Utilization",
		},
		{
			name: "7d", claim: "seven_day", length: weekly,
			status:      "Anthropic-Ratelimit-Unified-7d-Status",
			reset:       "Anthropic-Ratelimit-Unified-7d-Reset",
			utilization: "Anthropic-Ratelimit-Unified-7d-Utilization",
		},
	}
}

// bucket is a limit of an API key, counted for each model.
type bucket struct {
	name                    string
	limit, remaining, reset string
}

func keyBuckets() [4]bucket {
	return [...]bucket{
		{
			"requests", "Anthropic-Ratelimit-Requests-Limit",
			"Anthropic-Ratelimit-Requests-Remaining", "Anthropic-Ratelimit-Requests-Reset",
		},
		{
			"tokens", "Anthropic-Ratelimit-Tokens-Limit",
			"Anthropic-Ratelimit-Tokens-Remaining", "Anthropic-Ratelimit-Tokens-Reset",
		},
		{
			"input-tokens", "Anthropic-Ratelimit-Input-Tokens-Limit",
			"Anthropic-Ratelimit-Input-Tokens-Remaining", "Anthropic-Ratelimit-Input-Tokens-Reset",
		},
		{
			"output-tokens", "Anthropic-Ratelimit-Output-Tokens-Limit",
			"Anthropic-Ratelimit-Output-Tokens-Remaining", "Anthropic-Ratelimit-Output-Tokens-Reset",
		},
	}
}
