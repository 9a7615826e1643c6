package configured_test

import (
	"net/url"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/settings"
)

// Each provider owns the address that the settings give it; one without an
// address is left to its host.
func TestAll(t *testing.T) {
	s := settings.Default()
	s.Providers = map[string]settings.Override{
		"openai":   {BaseURL: "https://o.example/v1"},
		"acme":     {BaseURL: "https://acme.example", TokenURL: "https://acme.example/token", ClientID: "c"},
		"keys":     {BaseURL: "https://keys.example"},
		"somebody": {ClientID: "c"},
	}
	want := map[string]string{
		"anthropic": "https://api.anthropic.com/v1/messages", "openai": "https://o.example/v1/responses",
		"acme": "https://acme.example/x", "keys": "https://keys.example/x",
	}
	all := configured.All(s)
	if len(all) != len(want) {
		t.Errorf("there are %d providers, want %d", len(all), len(want))
	}
	for _, p := range all {
		if u, err := url.Parse(want[p.Name()]); err != nil || u.Host == "" || !p.Owns(u) {
			t.Errorf("%s does not own %q", p.Name(), want[p.Name()])
		}
	}
}

// Google's own API gets its keys in its own header, and what speaks OpenAI's does not.
func TestGeminiKeys(t *testing.T) {
	for base, want := range map[string]string{
		"https://generativelanguage.googleapis.com":                "X-Goog-Api-Key",
		"https://generativelanguage.googleapis.com/v1beta/openai/": "Authorization",
	} {
		s := settings.Default()
		s.Providers = map[string]settings.Override{"gemini": {BaseURL: base}}
		all := configured.All(s)
		if p, ok := all[len(all)-1].(*apikey.Provider); !ok || p.Options().Header != want {
			t.Errorf("%s: %v", base, all[len(all)-1])
		}
	}
}
