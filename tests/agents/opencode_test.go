package agents_test

import (
	"fmt"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func openCodeAnthropic() agent {
	return openCode("OpenCode, Anthropic", providertest.Anthropic, "anthropic", "claude-sonnet-4-5", "claude-haiku-4-5")
}

func openCodeOpenAI() agent {
	return openCode("OpenCode, OpenAI", providertest.OpenAI, "openai", "gpt-5.2", "gpt-5-mini")
}

func openCode(name string, flavour providertest.Flavour, provider, model, small string) agent {
	return agent{
		name: name, program: "opencode", flavour: flavour,
		setUp: func(t *testing.T, p *place) (args, env []string) {
			t.Helper()
			p.write(t, ".config/opencode/opencode.json", fmt.Sprintf(`{
  "$schema": "https://opencode.ai/config.json", "autoupdate": false, "share": "disabled",
  "model": %[1]q, "small_model": %[2]q,
  "provider": {%[3]q: {"options": {"baseURL": %[4]q, "apiKey": %[5]q}}}
}`, provider+"/"+model, provider+"/"+small, provider, p.url("/"+provider+"/v1"), p.gate.Token))
			return []string{"run"}, nil
		},
		shell: func(_ []byte, command string) providertest.ToolCall {
			return toolCall("bash", map[string]any{"command": command, "description": "Says hello"})
		},
		delegate: func() (all []providertest.ToolCall) {
			for i := range agents {
				all = append(all, toolCall("task", map[string]any{
					"description": fmt.Sprintf("Agent %d", i), "prompt": fmt.Sprintf("%s%d %s", asAgent, i, useTool), "subagent_type": "general",
				}))
			}
			return all
		},
	}
}
