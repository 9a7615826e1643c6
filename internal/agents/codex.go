package agents

import (
	"encoding/json"
	"runtime"
	"slices"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
)

// providerID is what the gateway is called in the settings of agents.
const providerID = "multiaccount"

// codex is OpenAI's Codex. Its settings are overridden by arguments, which name the
// variable with the token and not the token.
func codex() Agent {
	return Agent{
		Name: "codex", Title: "Codex", Command: "codex", Install: "npm install -g @openai/codex",
		Providers: []string{"openai"}, point: pointCodex, targets: codexTargets,
	}
}

func pointCodex(c *Call, g Gate) error {
	c.override(confedit.Key{"model_provider"}, providerID)
	for _, s := range codexProvider(g) {
		c.override(s.Key, s.Value)
	}
	c.override(codexKey("env_key"), TokenVariable)
	return nil
}

// override has Codex take a setting from its arguments. Text in JSON is text in TOML.
func (c *Call) override(key confedit.Key, value any) {
	text, _ := json.Marshal(value) // text, numbers and truth values
	c.Args = append(c.Args, "-c", key.String()+"="+string(text))
}

func codexKey(name ...string) confedit.Key {
	return append(confedit.Key{"model_providers", providerID}, name...)
}

// codexProvider describes the gateway. Codex does not try again what the gateway has
// tried; with supports_websockets it keeps a conversation on one connection, which it
// gives up for plain requests when it may not connect again (stream_max_retries).
func codexProvider(g Gate) []Change {
	return []Change{
		{Key: codexKey("name"), Value: "multiaccount"},
		{Key: codexKey("base_url"), Value: g.url("/codex")},
		{Key: codexKey("wire_api"), Value: "responses"},
		{Key: codexKey("supports_websockets"), Value: true},
		{Key: codexKey("request_max_retries"), Value: 0.0},
		{Key: codexKey("stream_max_retries"), Value: 2.0},
	}
}

// codexTargets have Codex read the token from its file, again after a 401.
func codexTargets(c *Call, g Gate) []Target {
	command, args := "/bin/cat", []any{g.TokenFile}
	if runtime.GOOS == "windows" {
		command, args = "cmd.exe", []any{"/c", "type", g.TokenFile}
	}
	changes := slices.Concat([]Change{{Key: confedit.Key{"model_provider"}, Value: providerID}}, codexProvider(g), []Change{
		{Key: codexKey("auth", "command"), Value: command},
		{Key: codexKey("auth", "args"), Value: args},
	})
	return []Target{{Path: c.below("CODEX_HOME", "config.toml", ".codex"), Format: confedit.TOML, Changes: changes}}
}
