package agents_test

import (
	"fmt"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// codexSocket is Codex on a WebSocket, codexPlain by plain requests.
func codexSocket() agent { return codex("Codex, WebSocket", true) }
func codexPlain() agent  { return codex("Codex, HTTP", false) }

func codex(name string, sockets bool) agent {
	return agent{
		name: name, program: "codex", flavour: providertest.OpenAI, sockets: sockets,
		setUp: func(t *testing.T, p *place) (args, env []string) {
			t.Helper()
			p.write(t, ".codex/config.toml", fmt.Sprintf(codexConfig, p.url("/codex"), sockets))
			return []string{"exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"}, []string{"GATEWAY_TOKEN=" + p.gate.Token}
		},
		shell: codexShell,
	}
}

const codexConfig = `model = "gpt-5.6"
model_provider = "pool"
[model_providers.pool]
name = "pool"
base_url = %q
env_key = "GATEWAY_TOKEN"
wire_api = "responses"
supports_websockets = %v
request_max_retries = 0
stream_max_retries = 2
[features]
plugins = false
[analytics]
enabled = false
`

// codexShell calls the shell by the name that it has for this model.
func codexShell(body []byte, command string) providertest.ToolCall {
	for _, tool := range gjson.GetBytes(body, "tools.#.name").Array() {
		switch tool.Str {
		case "exec_command":
			return toolCall("exec_command", map[string]string{"cmd": command})
		case "shell_command":
			return toolCall("shell_command", map[string]string{"command": command})
		}
	}
	return toolCall("shell", map[string]string{"command": command})
}
