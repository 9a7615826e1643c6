package agents_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// codexSocket is Codex on a WebSocket, codexPlain by plain requests.
func codexSocket() agent { return codex("Codex, WebSocket", true) }
func codexPlain() agent  { return codex("Codex, HTTP", false) }

func codex(name string, sockets bool) agent {
	return agent{
		name: name, program: "codex", pool: "openai", provider: loginsOf(providertest.OpenAI), sockets: sockets,
		setUp: func(t *testing.T, p *place, wrapped bool) (args, env []string) {
			t.Helper()
			config := codexModel + codexConfig
			if !wrapped {
				config = codexModel + fmt.Sprintf(codexProvider, p.url("/codex"), sockets, codexConfig)
			}
			p.write(t, ".codex/config.toml", config)
			return []string{"exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"}, []string{"GATEWAY_TOKEN=" + p.gate.Token}
		},
		ownLogin: func() (name, text string) {
			return ".codex/auth.json", fmt.Sprintf(`{"OPENAI_API_KEY": null, "tokens": {"id_token": %[1]q, "access_token": %[1]q, "refresh_token": "own", "account_id": "own"}, "last_refresh": %[2]q}`, ownToken(), time.Now().Format(time.RFC3339))
		},
		shell: codexShell, full: calls, delegate: codexDelegate, await: codexAwait, noBackground: "all its sub-agents are in the background until it waits for them",
	}
}

// codexConfig keeps it from asking other hosts, for which it waits.
const codexConfig = `
[agents]
max_threads = 12
[features]
plugins = false
[analytics]
enabled = false
`

// codexModel is one whose tools are where other models have them.
const codexModel = "model = \"gpt-5.6\"\n"

const codexProvider = `model_provider = "pool"
[model_providers.pool]
name = "pool"
base_url = %q
env_key = "GATEWAY_TOKEN"
wire_api = "responses"
supports_websockets = %v
request_max_retries = 0
stream_max_retries = 2
%s`

// codexShell calls the shell by the name that it has for this model.
func codexShell(body []byte, command string) providertest.ToolCall {
	for _, tool := range gjson.GetBytes(body, "tools.#.name").Array() {
		switch tool.Str {
		case "exec_command":
			return toolCall("exec_command", map[string]any{"cmd": command})
		case "shell_command":
			return toolCall("shell_command", map[string]any{"command": command})
		}
	}
	return toolCall("shell", map[string]any{"command": command})
}

// multiAgent is where Codex keeps its tools for sub-agents.
const multiAgent = "multi_agent_v1"

func codexDelegate(bool) (all []providertest.ToolCall) {
	for i := range agents {
		call := toolCall("spawn_agent", map[string]any{"message": fmt.Sprintf("%s%d %s", asAgent, i, useTool)})
		call.Namespace = multiAgent
		all = append(all, call)
	}
	return all
}

// codexAwait waits for the agents that were started and have not ended yet.
func codexAwait(heard [][]byte) []providertest.ToolCall {
	var running, ended []string
	for _, body := range heard {
		for _, item := range gjson.GetBytes(body, `input.#(type=="function_call_output")#`).Array() {
			output := gjson.Parse(item.Get("output").String())
			if id := output.Get("agent_id").Str; id != "" {
				running = append(running, id)
			}
			for id := range output.Get("status").Map() {
				ended = append(ended, id)
			}
		}
	}
	running = slices.DeleteFunc(running, func(id string) bool { return slices.Contains(ended, id) })
	if len(running) == 0 {
		return nil
	}
	call := toolCall("wait_agent", map[string]any{"targets": running, "timeout_ms": 60000})
	call.Namespace = multiAgent
	return []providertest.ToolCall{call}
}
