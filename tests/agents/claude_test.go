package agents_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func claude() agent {
	return agent{
		name: "Claude Code", program: "claude", pool: "anthropic", provider: loginsOf(providertest.Anthropic),
		setUp: func(_ *testing.T, p *place, wrapped bool) (args, env []string) {
			args, env = []string{"--allowedTools", "Bash,Task", "--model", "claude-opus-5", "-p"}, []string{"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1"}
			if wrapped {
				return args, env
			}
			return args, append(env, "ANTHROPIC_BASE_URL="+p.url("/anthropic"), "ANTHROPIC_AUTH_TOKEN="+p.gate.Token, "CLAUDE_CODE_MAX_RETRIES=2")
		},
		ownLogin: func() (name, text string) {
			return ".claude/.credentials.json", fmt.Sprintf(`{"claudeAiOauth": {"accessToken": "sk-ant-oat01-own", "refreshToken": "sk-ant-ort01-own", "expiresAt": %d, "scopes": ["user:inference", "user:profile"], "subscriptionType": "max"}}`, farAway().UnixMilli())
		},
		shell: func(_ []byte, command string) providertest.ToolCall {
			return toolCall("Bash", map[string]any{"command": command, "description": "Runs a command"})
		},
		compact: "/compact", compactArgs: []string{"--continue"},
		delegate: func(background bool) (all []providertest.ToolCall) {
			for i := range agents {
				all = append(all, toolCall("Task", map[string]any{
					"description": fmt.Sprintf("Agent %d", i), "prompt": fmt.Sprintf("%s%d %s", asAgent, i, useTool), "subagent_type": "general-purpose",
					"run_in_background": background,
				}))
			}
			return all
		},
	}
}

func toolCall(name string, input map[string]any) providertest.ToolCall {
	encoded, err := json.Marshal(input)
	if err != nil {
		panic(err) // strings always encode
	}
	return providertest.ToolCall{Name: name, Input: string(encoded)}
}
