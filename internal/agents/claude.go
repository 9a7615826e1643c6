package agents

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"

	"github.com/tailscale/hujson"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// claude is Claude Code. It takes ANTHROPIC_BASE_URL without /v1, and passes its
// environment to its background agents.
func claude() Agent {
	return Agent{
		Name: "claude", Title: "Claude Code", Command: "claude", Install: "npm install -g @anthropic-ai/claude-code",
		Providers: []string{"anthropic"}, point: pointClaude, targets: claudeTargets, rivals: rivalsOfClaude,
	}
}

// claudeRetries is how often Claude Code tries again.
const claudeRetries = "CLAUDE_CODE_MAX_RETRIES"

// claudeVariables point Claude Code at the gateway.
func claudeVariables(g Gate) []pair {
	return []pair{
		{"ANTHROPIC_BASE_URL", g.url("/anthropic")},
		{"ANTHROPIC_AUTH_TOKEN", g.Token},
		{claudeRetries, "2"}, // the gateway tries again itself
	}
}

// claudeRivals returns the variables that make it use something else.
func claudeRivals() []string {
	return []string{"ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"}
}

func pointClaude(c *Call, g Gate) error {
	c.keep(claudeRivals()...)
	own := c.Get(claudeRetries)
	for _, v := range claudeVariables(g) {
		c.Set(v.name, v.value)
	}
	if own != "" {
		c.Set(claudeRetries, own)
	}
	return overrideClaude(c, g)
}

// overrideClaude passes settings on the command line when the user's settings have
// variables, which would come before the environment.
func overrideClaude(c *Call, g Gate) error {
	over, own := map[string]string{}, map[string]any{}
	for _, path := range claudeFiles(c) {
		env := claudeEnv(path)
		maps.Copy(own, env)
		for _, name := range claudeRivals() {
			if _, set := env[name]; set {
				over[name] = ""
			}
		}
		for _, v := range claudeVariables(g) {
			if _, set := env[v.name]; set {
				over[v.name] = v.value
			}
		}
	}
	if hosts, ok := withoutProxy(c.under(own), g.Address); ok {
		for _, name := range noProxyVariables() {
			over[name] = hosts
		}
	}
	if len(over) == 0 {
		return nil
	}
	text, err := json.Marshal(map[string]any{"env": over})
	if err != nil {
		return err
	}
	path, err := g.write("claude-settings.json", text)
	c.Args = append(c.Args, "--settings", path)
	return err
}

// under reads the variables of a call, of which others come first.
func (c *Call) under(first map[string]any) func(name string) string {
	return func(name string) string {
		if value, ok := first[name].(string); ok {
			return value
		}
		return c.Get(name)
	}
}

// claudeFiles are the settings that Claude Code reads here.
func claudeFiles(c *Call) []string {
	local := filepath.Join(".claude", "settings")
	return []string{claudeFile(c), local + ".json", local + ".local.json"}
}

// claudeFile are the user's settings.
func claudeFile(c *Call) string { return c.below("CLAUDE_CONFIG_DIR", "settings.json", ".claude") }

// claudeTargets is the block of variables in the user's settings, which reaches
// background agents too.
func claudeTargets(c *Call, g Gate) []Target {
	t := Target{Path: claudeFile(c), Format: confedit.JSON}
	for _, v := range claudeVariables(g) {
		t.Changes = append(t.Changes, Change{Key: confedit.Key{"env", v.name}, Value: v.value})
	}
	return []Target{t}
}

func rivalsOfClaude(c *Call, _ Gate) []string {
	told := c.setRivals("Claude Code would use it in place of the accounts", claudeRivals()...)
	for i, path := range claudeFiles(c) {
		env := claudeEnv(path)
		for _, name := range claudeRivals() {
			if _, set := env[name]; set {
				told = append(told, fmt.Sprintf("%s is set in %s: Claude Code would use it in place of the accounts", name, path))
			}
		}
		if _, set := env["ANTHROPIC_BASE_URL"]; set && i > 0 {
			told = append(told, "ANTHROPIC_BASE_URL is set in "+path+", which wins in this folder")
		}
	}
	return told
}

// claudeEnv are the variables in a file of settings; one that cannot be read has
// none.
func claudeEnv(path string) map[string]any {
	var settings struct{ Env map[string]any }
	text, err := persistence.ReadOwn(path)
	if err == nil {
		text, err = hujson.Standardize(text)
	}
	if err != nil || json.Unmarshal(text, &settings) != nil {
		return nil
	}
	return settings.Env
}
