package openai

import "github.com/seed-810f1486/multiaccount/providers/internal/answer"

// The limits of API keys.

func keyBuckets() [2]answer.Bucket {
	return [...]answer.Bucket{
		{Name: "requests", Limit: "X-Ratelimit-Limit-Requests", Remaining: "X-Ratelimit-Remaining-Requests", Reset: "X-Ratelimit-Reset-Requests"},
		{Name: "tokens", Limit: "X-Ratelimit-Limit-Tokens", Remaining: "X-Ratelimit-Remaining-Tokens", Reset: "X-Ratelimit-Reset-Tokens"},
	}
}
