package agents_test

import (
	"fmt"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func piAnthropic() agent {
	return pi("pi, Anthropic", providertest.Anthropic, "/anthropic", "claude-sonnet-4-5")
}

func piOpenAI() agent { return pi("pi, OpenAI", providertest.OpenAI, "/openai/v1", "gpt-5.2") }

func pi(name string, flavour providertest.Flavour, path, model string) agent {
	provider := string(flavour)
	return agent{
		name: name, program: "pi", pool: provider, provider: loginsOf(flavour), unnamed: flavour == providertest.Anthropic,
		setUp: func(t *testing.T, p *place, wrapped bool) (args, env []string) {
			t.Helper()
			if !wrapped {
				p.write(t, ".pi/agent/models.json", fmt.Sprintf(`{"providers": {%q: {"baseUrl": %q, "apiKey": %q}}}`, provider, p.url(path), p.gate.Token))
			}
			p.write(t, ".pi/agent/settings.json", `{"compaction": {"keepRecentTokens": 1}}`)
			return []string{"--offline", "--provider", provider, "--model", model, "-p"}, nil
		},
		ownLogin: func() (name, text string) {
			return ".pi/agent/auth.json", `{"anthropic": {"type": "api_key", "key": "own"}, "openai": {"type": "api_key", "key": "own"}}`
		},
		full: follows, compact: "Who are you?", compactArgs: []string{"--continue"},
		shell: func(_ []byte, command string) providertest.ToolCall {
			return toolCall("bash", map[string]any{"command": command})
		},
	}
}
