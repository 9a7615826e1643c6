package agents

import (
	"path/filepath"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
)

// crush is Charm's Crush. Its own list of providers takes keys and addresses from
// these variables.
func crush() Agent {
	return Agent{
		Name: "crush", Title: "Crush", Command: "crush", Install: "npm install -g @charmland/crush",
		Providers: []string{"anthropic", "openai"}, point: pointCrush, targets: crushTargets,
	}
}

func pointCrush(c *Call, g Gate) error {
	for _, name := range crush().served(g) {
		c.Set(strings.ToUpper(name)+"_API_KEY", g.Token)
		c.Set(strings.ToUpper(name)+"_API_ENDPOINT", g.url(rootOf(name)))
	}
	return nil
}

func crushTargets(c *Call, g Gate) []Target {
	t := Target{Path: filepath.Join(c.below("XDG_CONFIG_HOME", "crush", ".config"), "crush.json"), Format: confedit.JSON}
	for _, name := range crush().served(g) {
		t.Changes = append(t.Changes,
			Change{Key: confedit.Key{"providers", name, "base_url"}, Value: g.url(rootOf(name))},
			Change{Key: confedit.Key{"providers", name, "api_key"}, Value: g.Token})
	}
	return []Target{t}
}

// rootOf is the path of a provider's API for programs that add /v1 for Anthropic
// themselves, and not for OpenAI.
func rootOf(provider string) string {
	if provider == "openai" {
		return "/openai/v1"
	}
	return "/" + provider
}
