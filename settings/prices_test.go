package settings_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/settings"
)

func TestPricesAreRead(t *testing.T) {
	const text = `{"currency": "EUR", "prices": {"claude-opus-*": {"input": 15, "output": 75, "cache_read": 1.5, "cache_write": 18.75}, "*": {"input": 1, "output": 2, "cache_read": 0}}}`
	s, err := loadText(t, text)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]settings.Price{
		"claude-opus-*": {Input: 15, Output: 75, CacheRead: 1.5, CacheWrite: 18.75}, "*": {Input: 1, Output: 2, CacheWrite: 1},
	}
	if !reflect.DeepEqual(s.Prices, want) || s.Currency != "EUR" || s.Validate() != nil {
		t.Errorf("%+v %q, %v", s.Prices, s.Currency, s.Validate())
	}
	if p, ok := s.PriceOf("claude-opus-5"); !ok || p.Input != 15 {
		t.Errorf("%+v", p)
	}
	if changed := settings.Changed(settings.Default(), s); !slices.Equal(changed, []string{"prices", "currency"}) {
		t.Errorf("changed: %q", changed)
	}
	if err := validate(t, compiled(t), text); err != nil {
		t.Error(err)
	}
}

func TestWrongPricesAreRefused(t *testing.T) {
	schema := compiled(t)
	for text, says := range map[string]string{
		`"prices": []`:                                            "an object",
		`"prices": {"a": 1}`:                                      "an object",
		`"prices": {"a": {}}`:                                     "has no input or no output",
		`"prices": {"a": {"input": 1}}`:                           "has no input or no output",
		`"prices": {"a": {"input": "1", "output": 2}}`:            "prices.a.input: must be an amount of money",
		`"prices": {"a": {"input": -1, "output": 2}}`:             "amounts of money for a million tokens",
		`"prices": {"a": {"input": 1e30, "output": 2}}`:           "amounts of money for a million tokens",
		`"prices": {"a": {"input": 1, "output": 2, "cached": 3}}`: "no such setting",
		`"prices": {"a b": {"input": 1, "output": 2}}`:            "has spaces",
		`"currency": 1`:                                           "a text",
		`"currency": "a b"`:                                       "without spaces",
		`"currency": "doublons!"`:                                 "without spaces",
	} {
		_, err := loadText(t, `{`+text+`}`)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "settings.jsonc:1:") {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
		if validate(t, schema, `{`+text+`}`) == nil {
			t.Errorf("%s passes the schema", text)
		}
	}
	s := settings.Default()
	s.Prices, s.Currency = map[string]settings.Price{"a": {Input: math.NaN()}}, "a b"
	if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "prices.a") || !strings.Contains(err.Error(), "currency") {
		t.Error(err)
	}
}
