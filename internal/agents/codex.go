package agents

import "strconv"

// providerID is what the gateway is called in the settings of agents.
const providerID = "multiaccount"

// codex is OpenAI's Codex. Its settings are overridden by arguments, which name the
// variable with the token and not the token.
func codex() Agent {
	return Agent{
		Name: "codex", Title: "Codex", Command: "codex", Install: "npm install -g @openai/codex",
		Providers: []string{"openai"}, point: pointCodex,
	}
}

func pointCodex(c *Call, g Gate) error {
	c.override("model_provider", strconv.Quote(providerID))
	for _, s := range codexProvider(g.url("/codex")) {
		c.override("model_providers."+providerID+"."+s.key, s.value)
	}
	c.override("model_providers."+providerID+".env_key", strconv.Quote(TokenVariable))
	return nil
}

// override has Codex take a setting from its arguments.
func (c *Call) override(key, value string) { c.Args = append(c.Args, "-c", key+"="+value) }

// tomlSetting is a key, and its value as TOML has it.
type tomlSetting struct{ key, value string }

// codexProvider describes the gateway. Codex does not try again what the gateway has
// tried; with supports_websockets it keeps a conversation on one connection, which it
// gives up for plain requests when it may not connect again (stream_max_retries).
func codexProvider(url string) []tomlSetting {
	return []tomlSetting{
		{"name", strconv.Quote("multiaccount")},
		{"base_url", strconv.Quote(url)},
		{"wire_api", strconv.Quote("responses")},
		{"supports_websockets", "true"},
		{"request_max_retries", "0"},
		{"stream_max_retries", "2"},
	}
}
