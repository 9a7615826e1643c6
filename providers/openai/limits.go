package openai

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// limits returns until when a 429 holds: the latest reset of the windows that
// rejected, by the headers and by the body, else the waits that both name.
func limits(a providers.Answer, code string) []account.Limit {
	e := answer.NewEvidence(a.Now, limitedModel(a, code))
	addPlanLimits(&e, a)
	for _, b := range keyBuckets() {
		b.AddTo(&e, a.Header)
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

// usage returns the figures in an answer's headers; without any it allocates
// nothing.
func usage(a providers.Answer) []account.UsageWindow {
	windows := appendPlanUsage(nil, a)
	for _, b := range keyBuckets() {
		windows = b.AppendUsage(windows, a.Header, a.Now)
	}
	return windows
}
