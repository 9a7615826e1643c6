package anthropic

import (
	"time"

	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

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

// keyBuckets returns the limits of an API key.
func keyBuckets() [4]answer.Bucket {
	return [...]answer.Bucket{
		{Name: "requests", Limit: "Anthropic-Ratelimit-Requests-Limit", Remaining: "Anthropic-Ratelimit-Requests-Remaining", Reset: "Anthropic-Ratelimit-Requests-Reset"},
		{Name: "tokens", Limit: "Anthropic-Ratelimit-Tokens-Limit", Remaining: "Anthropic-Ratelimit-Tokens-Remaining", Reset: "Anthropic-Ratelimit-Tokens-Reset"},
		{Name: "input-tokens", Limit: "Anthropic-Ratelimit-Input-Tokens-Limit", Remaining: "Anthropic-Ratelimit-Input-Tokens-Remaining", Reset: "Anthropic-Ratelimit-Input-Tokens-Reset"},
		{Name: "output-tokens", Limit: "Anthropic-Ratelimit-Output-Tokens-Limit", Remaining: "Anthropic-Ratelimit-Output-Tokens-Remaining", Reset: "Anthropic-Ratelimit-Output-Tokens-Reset"},
	}
}
