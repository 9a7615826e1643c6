package agents_test

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func openCodeAnthropic() agent {
	return openCode("OpenCode, Anthropic", providertest.Anthropic, "claude-sonnet-4-5", "claude-haiku-4-5")
}

func openCodeOpenAI() agent {
	return openCode("OpenCode, OpenAI", providertest.OpenAI, "gpt-5.2", "gpt-5-mini")
}

// pluggedAnthropic and pluggedOpenAI are OpenCode with the plugin, which starts the
// gateway.
func pluggedAnthropic() agent { return plugged(openCodeAnthropic()) }
func pluggedOpenAI() agent    { return plugged(openCodeOpenAI()) }

func openCode(name string, flavour providertest.Flavour, model, small string) agent {
	provider := string(flavour)
	return agent{
		name: name, program: "opencode", pool: provider, provider: loginsOf(flavour),
		setUp: func(t *testing.T, p *place, wrapped bool) (args, env []string) {
			t.Helper()
			leads := "{}"
			if p.gate != nil && !wrapped {
				leads = fmt.Sprintf(`{%q: {"options": {"baseURL": %q, "apiKey": %q}}}`, provider, p.url("/"+provider+"/v1"), p.gate.Token)
			}
			p.writeOpenCode(t, fmt.Sprintf(`"model": %q, "small_model": %q, "provider": %s`, provider+"/"+model, provider+"/"+small, leads))
			return []string{"run"}, nil
		},
		ownLogin: func() (name, text string) {
			return ".local/share/opencode/auth.json", fmt.Sprintf(`{"anthropic": {"type": "api", "key": "own"}, "openai": {"type": "oauth", "access": %q, "refresh": "own", "expires": %d}}`, ownToken(), farAway().UnixMilli())
		},
		shell: func(_ []byte, command string) providertest.ToolCall {
			return toolCall("bash", map[string]any{"command": command, "description": "Says hello"})
		},
		full: calls, noBackground: "`opencode run` ends without waiting for those in the background",
		delegate: func(bool) (all []providertest.ToolCall) {
			for i := range agents {
				all = append(all, toolCall("task", map[string]any{
					"description": fmt.Sprintf("Agent %d", i), "prompt": fmt.Sprintf("%s%d %s", asAgent, i, useTool), "subagent_type": "general",
				}))
			}
			return all
		},
	}
}

// models is the catalogue of OpenCode's models, of which these are the ones that are
// asked for.
//
//go:embed testdata/models.json
var models string

// writeOpenCode writes OpenCode's settings. What is in its folder has it take the
// package for plugins for installed, which needs a network: ours does without. The
// catalogue is where a start with a network leaves it; to read the whole one, which
// comes with the program, is nearly half of the work of a run.
func (p *place) writeOpenCode(t *testing.T, settings string) {
	t.Helper()
	const folder = ".config/opencode/"
	p.write(t, folder+"opencode.json", `{"autoupdate": false, "share": "disabled", `+settings+`}`)
	p.write(t, folder+"node_modules/.keep", "")
	p.write(t, folder+"package-lock.json", `{"packages": {"": {"dependencies": {"@opencode-ai/plugin": "*"}}}}`)
	p.write(t, ".cache/opencode/models.json", models)
}

func plugged(a agent) agent {
	before := a.setUp
	a.name, a.starts = a.name+", plugin", true
	a.setUp = func(t *testing.T, p *place, wrapped bool) (args, env []string) {
		t.Helper()
		args, env = before(t, p, wrapped)
		plugin, err := filepath.Abs("../../plugins/opencode")
		rig.Must(t, err)
		p.write(t, ".config/opencode/config.json", fmt.Sprintf(`{"plugin": [%q]}`, "file://"+plugin))
		return args, append(env, "MULTIACCOUNT_DIR="+p.state, "MULTIACCOUNT_BINARY="+p.Program, "HTTP_PROXY=http://127.0.0.1:9", "HTTPS_PROXY=http://127.0.0.1:9")
	}
	return a
}
