package agents

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/tailscale/hujson"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// openCodeContent is the variable with settings that OpenCode lays over those of
// its files.
const openCodeContent = "OPENCODE_CONFIG_CONTENT"

// openCode is OpenCode, version 1.
func openCode() Agent {
	return Agent{
		Name: "opencode", Title: "OpenCode", Command: "opencode", Install: "npm install -g opencode-ai",
		Providers: []string{"anthropic", "openai"}, point: pointOpenCode,
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

// withoutOwnLogin has OpenCode leave its own login of ChatGPT aside: with it one of
// its plugins sends all requests of that provider past any base URL.
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
func openCodeData(c *Call) string {
	data := c.Get("XDG_DATA_HOME")
	if data == "" {
		home, _ := os.UserHomeDir() // without one there are no logins
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "opencode")
}

// served are the agent's providers that there are accounts of.
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
