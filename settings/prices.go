package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/tailscale/hujson"

	"github.com/seed-810f1486/multiaccount/internal/jsonc"
	"github.com/seed-810f1486/multiaccount/internal/models"
)

// pricesKey and currencyKey are the keys of [Settings].Prices and Currency in the
// file.
const (
	pricesKey   = "prices"
	currencyKey = "currency"
)

// Price is what a million tokens of a model cost, in the currency of the settings.
type Price struct {
	// Input is for those that are sent and come from no cache, Output for those that
	// are answered.
	Input, Output float64
	// CacheRead is for what comes from the provider's cache, CacheWrite for what is put
	// there. In the file both are Input where they are left out.
	CacheRead, CacheWrite float64
}

// Of returns what tokens cost. cached and cacheWritten are part of input.
func (p Price) Of(input, cached, cacheWritten, output int64) float64 {
	const million = 1_000_000
	plain := input - cached - cacheWritten
	return (float64(plain)*p.Input + float64(cached)*p.CacheRead + float64(cacheWritten)*p.CacheWrite + float64(output)*p.Output) / million
}

// PriceOf returns the price of a model: that of the most specific pattern which
// matches its name. ok is false when none does.
func (s *Settings) PriceOf(model string) (price Price, ok bool) { return models.Best(s.Prices, model) }

// checkPrice says what is wrong with a price.
func checkPrice(pattern string, p Price) error {
	if err := models.Check(pattern); err != nil {
		return fmt.Errorf("has a pattern that %w", err)
	}
	for _, amount := range []float64{p.Input, p.Output, p.CacheRead, p.CacheWrite} {
		if math.IsNaN(amount) || amount < 0 || amount > mostExpensive {
			return fmt.Errorf("has to be %s", amounts)
		}
	}
	return nil
}

// mostExpensive is far above any price.
const mostExpensive = 1e9

const amounts = `amounts of money for a million tokens, such as {"input": 15, "output": 75, "cache_read": 1.5, "cache_write": 18.75}`

// checkCurrency says what is wrong with the name of a currency; empty is none.
func checkCurrency(name string) error {
	if name != "" && (!(word{}).contains(name) || len(name) > longestCurrency) {
		return fmt.Errorf("must be the name of a currency without spaces, as USD, of %d letters at most", longestCurrency)
	}
	return nil
}

const longestCurrency = 8

// prices reads all prices.
func (r *reader) prices(v hujson.Value) map[string]Price {
	all := map[string]Price{}
	r.members(v, pricesKey, func(key string, m hujson.ObjectMember) {
		before := len(r.found)
		price, err := r.price(m.Value, key)
		if err == nil {
			err = checkPrice(jsonc.NameOf(m), price)
		}
		if err != nil && len(r.found) == before {
			r.report(m.Name, key, err)
		}
		all[jsonc.NameOf(m)] = price
	})
	return all
}

func (r *reader) price(v hujson.Value, key string) (Price, error) {
	amount := map[string]float64{}
	read := func(name string) field {
		return field{name, func(v hujson.Value) error {
			n, err := strconv.ParseFloat(string(literal(v)), 64)
			if err != nil || literal(v).Kind() != '0' {
				return refuse("an amount of money", found(v))
			}
			amount[name] = n
			return nil
		}}
	}
	r.object(v, key, []field{read("input"), read("output"), read("cache_read"), read("cache_write")})
	p := Price{Input: amount["input"], Output: amount["output"], CacheRead: amount["input"], CacheWrite: amount["input"]}
	for name, into := range map[string]*float64{"cache_read": &p.CacheRead, "cache_write": &p.CacheWrite} {
		if said, ok := amount[name]; ok {
			*into = said
		}
	}
	_, hasInput := amount["input"]
	_, hasOutput := amount["output"]
	if !hasInput || !hasOutput {
		return p, errors.New("has no input or no output; give " + amounts)
	}
	return p, nil
}

// MarshalJSON writes a price as the file has it.
func (p Price) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]float64{"input": p.Input, "output": p.Output, "cache_read": p.CacheRead, "cache_write": p.CacheWrite})
}

func pricesSchema() *schema {
	price := object("Amounts of money for a million tokens.")
	for name, help := range map[string]string{
		"input": "Tokens that are sent, and come from no cache.", "output": "Tokens that are answered.",
		"cache_read": "Tokens from the provider's cache; left out, as input.", "cache_write": "Tokens that are put there; left out, as input.",
	} {
		least, most := int64(0), int64(mostExpensive)
		price.Properties[name] = &schema{Type: "number", Description: help, Minimum: &least, Maximum: &most}
	}
	price.Required = []string{"input", "output"}
	return &schema{
		Type: "object", Description: `What models cost, by patterns with "*".`,
		PropertyNames: &schema{Pattern: modelPattern}, AdditionalProperties: &price,
	}
}

func currencySchema() *schema {
	return &schema{Type: "string", Description: "What the prices are in, as USD.", Pattern: "^[!-~]{0,8}$"}
}

// pricesProblems are what is wrong with prices that were made in code.
func (s *Settings) pricesProblems(add func(key string, err error)) {
	for _, pattern := range slices.Sorted(maps.Keys(s.Prices)) {
		add(pricesKey+"."+pattern, checkPrice(pattern, s.Prices[pattern]))
	}
	add(currencyKey, checkCurrency(s.Currency))
}
