package agents

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/tailscale/hujson"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// openCodeContent is the variable with settings that OpenCode merges over those of its
// files.
const openCodeContent = "OPENCODE_CONFIG_CONTENT"

// openCode is OpenCode, version 1.
func openCode() Agent {
	return Agent{
		Name: "opencode", Title: "OpenCode", Command: "opencode", Install: "npm install -g opencode-ai",
		Providers: []string{"anthropic", "openai"}, point: pointOpenCode, targets: openCodeTargets, rivals: rivalsOfOpenCode,
	}
}

func pointOpenCode(c *Call, g Gate) error {
	config := map[string]any{}
	if text := c.Get(openCodeContent); text != "" {
		plain, err := hujson.Standardize([]byte(text))
		if err == nil {
			err = json.Unmarshal(plain, &config)
		}
		if err != nil {
			return fmt.Errorf("%s is no JSON: %w", openCodeContent, err)
		}
	}
	for _, name := range openCode().served(g) {
		put(config, []string{"provider", name, "options", "baseURL"}, g.url("/"+name+"/v1"))
		put(config, []string{"provider", name, "options", "apiKey"}, g.Token)
	}
	withoutOwnLogin(c, g)
	text, err := json.Marshal(config)
	c.Set(openCodeContent, string(text))
	return err
}

// openCodeTargets have OpenCode read the token from its file.
func openCodeTargets(c *Call, g Gate) []Target {
	t := Target{Path: openCodeFile(c), Format: confedit.JSON}
	for _, name := range openCode().served(g) {
		t.Changes = append(t.Changes,
			Change{Key: confedit.Key{"provider", name, "options", "baseURL"}, Value: g.url("/" + name + "/v1")},
			Change{Key: confedit.Key{"provider", name, "options", "apiKey"}, Value: "{file:" + g.TokenFile + "}"})
		if name == "anthropic" {
			t.Changes = append(t.Changes, Change{Key: confedit.Key{"small_model"}, Value: openCodeSmall, IfMissing: true})
		}
	}
	return []Target{t}
}

// openCodeSmall is what OpenCode makes titles with, unless its user has chosen.
const openCodeSmall = "anthropic/claude-haiku-4-5"

// openCodeFile returns the file of the user's settings that comes before the others.
func openCodeFile(c *Call) string {
	if path := c.Get("OPENCODE_CONFIG"); path != "" {
		return path
	}
	path := filepath.Join(c.below("XDG_CONFIG_HOME", "opencode", ".config"), "opencode.json")
	if _, err := os.Stat(path + "c"); err == nil {
		return path + "c"
	}
	return path
}

func rivalsOfOpenCode(c *Call, g Gate) []string {
	told := c.setRivals("its settings win over those that were changed", openCodeContent)
	if slices.Contains(openCode().served(g), "openai") && openCodeHasLogin(c) {
		told = append(told, "OpenCode is logged in with ChatGPT itself, and goes past the gateway with that: \"opencode auth logout\" ends its login")
	}
	return told
}

// withoutOwnLogin keeps OpenCode from using its own login of ChatGPT: with that login
// one of its plugins sends all requests of the provider to ChatGPT, whatever the base
// URL is.
func withoutOwnLogin(c *Call, g Gate) {
	if !slices.Contains(openCode().served(g), "openai") || !openCodeHasLogin(c) {
		return
	}
	c.note("OpenCode has a login of its own for openai, which would be used in place of the accounts: it runs without its default plugins")
	c.Set("OPENCODE_DISABLE_DEFAULT_PLUGINS", "1")
}

// openCodeHasLogin reports whether OpenCode is logged in with ChatGPT.
func openCodeHasLogin(c *Call) bool {
	var stored map[string]struct{ Type string }
	text, err := persistence.ReadOwn(filepath.Join(openCodeData(c), "auth.json"))
	return err == nil && json.Unmarshal(text, &stored) == nil && stored["openai"].Type == "oauth"
}

// openCodeData is where OpenCode keeps its logins.
func openCodeData(c *Call) string { return c.below("XDG_DATA_HOME", "opencode", ".local", "share") }

// served returns the agent's providers that have accounts.
func (a Agent) served(g Gate) []string {
	var names []string
	for _, name := range a.Providers {
		if slices.Contains(g.Providers, name) {
			names = append(names, name)
		}
	}
	return names
}

// put sets a member, and makes the objects on its way.
func put(object map[string]any, path []string, value any) {
	for _, name := range path[:len(path)-1] {
		inner, ok := object[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	object[path[len(path)-1]] = value
}
