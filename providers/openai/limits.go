package openai

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
	"github.com/seed-810f1486/multiaccount/providers/internal/number"
)

// window is a quota window of a ChatGPT plan, and the headers about it.
type window struct {
	name                               string
	used, resetAfter, resetAt, minutes string
}

// planWindows returns an array, so that reading it allocates nothing.
func planWindows() [2]window {
	return [...]window{
		{
			"primary", "X-Codex-Primary-Used-Percent", "X-Codex-Primary-Reset-After-Seconds",
			"X-Codex-Primary-Reset-At", "X-Codex-Primary-Window-Minutes",
		},
		{
			"secondary", "X-Codex-Secondary-Used-Percent", "X-Codex-Secondary-Reset-After-Seconds",
			"X-Codex-Secondary-Reset-At", "X-Codex-Secondary-Window-Minutes",
		},
	}
}

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

// exhausted is the utilization from which a window rejects, in percent.
const exhausted = 100

// limits returns until when a 429 holds: the latest reset of the windows that
// rejected, by the headers and by the body, else the waits that both name.
func limits(a providers.Answer, code string) []account.Limit {
	e := answer.NewEvidence(a.Now, limitedModel(a, code))
	for _, w := range planWindows() {
		if used, ok := number.Decimal(answer.First(a.Header, w.used)); ok && used >= exhausted {
			e.AddWindow(w.name, w.reset(a))
		}
	}
	for _, b := range keyBuckets() {
		if answer.First(a.Header, b.remaining) == "0" {
			e.AddWindow(b.name, answer.First(a.Header, b.reset))
		}
	}
	if !e.Found() {
		e.AddRetryAfter(code, a.Header)
	}
	e.AddBody(code, a.Body)
	return e.Limits()
}

// limitedModel returns the model to which the limit belongs, empty when it is
// the account's: a key's rates are counted for each model, its money is not.
func limitedModel(a providers.Answer, code string) string {
	if code == "insufficient_quota" || code == "quota_exceeded" {
		return ""
	}
	return answer.KeyModel(a)
}

// reset returns when the window resets, by the form that does not depend on
// this machine's clock where there is one.
func (w window) reset(a providers.Answer) string {
	if after := answer.First(a.Header, w.resetAfter); after != "" {
		return after
	}
	return answer.First(a.Header, w.resetAt)
}

// usage returns the figures in an answer's headers; without any it allocates
// nothing.
func usage(a providers.Answer) []account.UsageWindow {
	var windows []account.UsageWindow
	for _, w := range planWindows() {
		used, ok := number.Decimal(answer.First(a.Header, w.used))
		if !ok {
			continue
		}
		windows = append(windows, account.UsageWindow{
			Name: w.name, Utilization: used, SeenAt: a.Now,
			Length:  length(answer.First(a.Header, w.minutes), time.Minute),
			ResetAt: answer.Moment(w.reset(a), a.Now),
		})
	}
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

// longest bounds the length of a window: a year, in units of a second or more.
const longest = 366 * 24 * time.Hour

// length reads how long a window is; zero when it is not told or absurd.
func length(text string, unit time.Duration) time.Duration {
	n, ok := number.Decimal(text)
	if !ok || n > float64(longest/unit) {
		return 0
	}
	return time.Duration(n * float64(unit))
}
