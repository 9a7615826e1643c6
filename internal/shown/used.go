package shown

import (
	"maps"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/settings"
)

// Tokens are those that were used. Cached and CacheWritten are part of Input,
// Reasoning of Output.
type Tokens struct {
	Input        int64 `json:"input_tokens"`
	Cached       int64 `json:"cached_tokens"`
	CacheWritten int64 `json:"cache_written_tokens"`
	Output       int64 `json:"output_tokens"`
	Reasoning    int64 `json:"reasoning_tokens"`
}

// Used is a line of what was used.
type Used struct {
	// Key is an id, a model or a day, as was asked; Label is an account's.
	Key      string `json:"key"`
	Label    string `json:"label,omitempty"`
	Requests int64  `json:"requests"`
	Failed   int64  `json:"failed"`
	Tokens
	LatencyMS   int64 `json:"latency_ms"`
	FirstByteMS int64 `json:"first_byte_ms"`
	// Cost is what the tokens cost by the prices in the settings, in the currency there;
	// left out without any. What the Unpriced models cost is not part of it.
	Cost     *float64 `json:"cost,omitempty"`
	Currency string   `json:"currency,omitempty"`
	Unpriced []string `json:"unpriced_models,omitempty"`
}

// UsedOf returns a line, with the means of how long its requests took.
func UsedOf(key string, requests, failed int64, t Tokens, latency, firstByte time.Duration) Used {
	return Used{Key: key, Requests: requests, Failed: failed, Tokens: t, LatencyMS: latency.Milliseconds(), FirstByteMS: firstByte.Milliseconds()}
}

// tokens is any type for what [Tokens] is.
type tokens interface {
	~struct{ Input, Cached, CacheWritten, Output, Reasoning int64 }
}

// Charge sets what the tokens of models cost by the prices of settings; without
// prices it does nothing.
func Charge[T tokens](u *Used, models map[string]T, s *settings.Settings) {
	if len(s.Prices) == 0 {
		return
	}
	amount, unpriced := CostOf(models, s)
	u.Cost, u.Currency, u.Unpriced = &amount, s.Currency, unpriced
}

// CostOf returns what the tokens of models cost by the prices of settings, and the
// models that have no price: what these cost is not part of it.
func CostOf[T tokens](models map[string]T, s *settings.Settings) (amount float64, unpriced []string) {
	for _, model := range slices.Sorted(maps.Keys(models)) {
		t := Tokens(models[model])
		price, ok := s.PriceOf(model)
		switch {
		case ok:
			amount += price.Of(t.Input, t.Cached, t.CacheWritten, t.Output)
		case t != Tokens{}:
			unpriced = append(unpriced, model)
		}
	}
	return amount, unpriced
}
