package agents_test

import (
	"fmt"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

const geminiName = "gemini"

func gemini() agent {
	return agent{
		name: "Gemini CLI", program: "gemini", pool: geminiName, keys: true, unnamed: true, noBackground: "its sub-agents are never in the background",
		provider: func(t *testing.T, m *mind) provider { return newGoogle(t, m) },
		setUp: func(t *testing.T, p *place, wrapped bool) (args, env []string) {
			t.Helper()
			args, env = []string{"-m", "gemini-3-pro", "--approval-mode", "yolo", "-p"}, []string{"GEMINI_CLI_TRUST_WORKSPACE=true"}
			p.write(t, ".gemini/settings.json", `{"security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": false}, "general": {"enableAutoUpdate": false}}`)
			if wrapped {
				return args, env
			}
			return args, append(env, "GOOGLE_GEMINI_BASE_URL="+p.url("/gemini"), "GEMINI_API_KEY="+p.gate.Token)
		},
		ownLogin: func() (name, text string) {
			return ".gemini/oauth_creds.json", fmt.Sprintf(`{"access_token": "own", "refresh_token": "own", "token_type": "Bearer", "expiry_date": %d}`, farAway().UnixMilli())
		},
		shell: func(_ []byte, command string) providertest.ToolCall {
			return toolCall("run_shell_command", map[string]any{"command": command, "description": "Runs a command"})
		},
		finish: func() providertest.ToolCall {
			return toolCall("complete_task", map[string]any{"result": map[string]any{"response": "done"}})
		},
		compact: "/compress", compactArgs: []string{"--resume", "latest"},
		delegate: func(bool) (all []providertest.ToolCall) {
			for i := range agents {
				all = append(all, toolCall("invoke_agent", map[string]any{"agent_name": "generalist", "prompt": fmt.Sprintf("%s%d %s", asAgent, i, useTool)}))
			}
			return all
		},
	}
}
