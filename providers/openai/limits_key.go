package openai

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// The limits of API keys.

// bucket is a limit of an API key, counted for each model.
type bucket struct {
	name                    string
	limit, remaining, reset string
}

func keyBuckets() [2]bucket {
	return [...]bucket{
		{"requests", "X-Ratelimit-Limit-Requests", "X-Ratelimit-Remaining-Requests", "X-Ratelimit-Reset-Requests"},
		{"tokens", "X-Ratelimit-Limit-Tokens", "X-Ratelimit-Remaining-Tokens", "X-Ratelimit-Reset-Tokens"},
	}
}

// addKeyLimits adds the limits of which nothing is left.
func addKeyLimits(e *answer.Evidence, a providers.Answer) {
	for _, b := range keyBuckets() {
		if answer.First(a.Header, b.remaining) == "0" {
			e.AddWindow(b.name, answer.First(a.Header, b.reset))
		}
	}
}

func appendKeyUsage(windows []account.UsageWindow, a providers.Answer) []account.UsageWindow {
	for _, b := range keyBuckets() {
		used, ok := answer.Used(answer.First(a.Header, b.limit), answer.First(a.Header, b.remaining))
		if !ok {
			continue
		}
		windows = append(windows, account.UsageWindow{
			Name: b.name, Utilization: used, SeenAt: a.Now,
			ResetAt: answer.Moment(answer.First(a.Header, b.reset), a.Now),
		})
	}
	return windows
}
