package configured_test

import (
	"net/url"
	"testing"

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
