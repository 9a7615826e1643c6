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
		setUp: func(t *testing.T, p *place, wrapped bool) (args, env []string) {
			t.Helper()
			options := "{}"
			if !wrapped {
				options = fmt.Sprintf(`{%q: {"options": {"baseURL": %q, "apiKey": %q}}}`, provider, p.url("/"+provider+"/v1"), p.gate.Token)
			}
			p.write(t, ".config/opencode/opencode.json", fmt.Sprintf(`{"autoupdate": false, "share": "disabled", "model": %q, "small_model": %q, "provider": %s}`,
				provider+"/"+model, provider+"/"+small, options))
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
