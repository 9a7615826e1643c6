package agents

import (
	"encoding/json"
	"runtime"
	"slices"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
)

// The names of the gateway in the settings of Codex: for good, and for one call. They
// differ because the arguments of a call are merged into the settings, and Codex
// accepts only one way to get a token.
const (
	codexID    = "multiaccount"
	codexRunID = "multiaccount-run"
)

// codex is OpenAI's Codex. Its settings are overridden by arguments, which name the
// variable with the token and not the token.
func codex() Agent {
	return Agent{
		Name: "codex", Title: "Codex", Command: "codex", Install: "npm install -g @openai/codex",
		Providers: []string{"openai"}, point: pointCodex, targets: codexTargets,
	}
}

func pointCodex(c *Call, g Gate) error {
	c.override(confedit.Key{"model_provider"}, codexRunID)
	for _, s := range codexProvider(codexRunID, g) {
		c.override(s.Key, s.Value)
	}
	c.override(confedit.Key{"model_providers", codexRunID, "env_key"}, TokenVariable)
	return nil
}

// override gives Codex a setting by its arguments. A JSON string is also a TOML string.
func (c *Call) override(key confedit.Key, value any) {
	text, _ := json.Marshal(value) // text, numbers and truth values
	c.Args = append(c.Args, "-c", key.String()+"="+string(text))
}

// codexProvider describes the gateway. Codex does not try again what the gateway has
// tried; with supports_websockets it keeps a conversation on one connection, which it
// gives up for plain requests when it may not connect again (stream_max_retries).
func codexProvider(id string, g Gate) []Change {
	key := func(name string) confedit.Key { return confedit.Key{"model_providers", id, name} }
	return []Change{
		{Key: key("name"), Value: "multiaccount"},
		{Key: key("base_url"), Value: g.url("/codex")},
		{Key: key("wire_api"), Value: "responses"},
		{Key: key("supports_websockets"), Value: true},
		{Key: key("request_max_retries"), Value: 0.0},
		{Key: key("stream_max_retries"), Value: 2.0},
	}
}

// codexTargets makes Codex read the token from its file, and again after a 401. It
// refuses settings that have another way to get a token beside this one.
func codexTargets(c *Call, g Gate) []Target {
	command, args := "/bin/cat", []any{g.TokenFile}
	if runtime.GOOS == "windows" {
		command, args = "cmd.exe", []any{"/c", "type", g.TokenFile}
	}
	changes := slices.Concat([]Change{{Key: confedit.Key{"model_provider"}, Value: codexID}}, codexProvider(codexID, g), []Change{
		{Key: confedit.Key{"model_providers", codexID, "auth", "command"}, Value: command},
		{Key: confedit.Key{"model_providers", codexID, "auth", "args"}, Value: args},
	})
	for _, other := range []string{"env_key", "experimental_bearer_token", "requires_openai_auth"} {
		changes = append(changes, Change{Key: confedit.Key{"model_providers", codexID, other}})
	}
	return []Target{{Path: c.below("CODEX_HOME", "config.toml", ".codex"), Format: confedit.TOML, Changes: changes}}
}
