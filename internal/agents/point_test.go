package agents_test

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/agents"
)

const secret = "mag_secret"

// machine is a user's machine without anything, and the gateway.
func machine(t *testing.T) (home string, g agents.Gate) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Chdir(t.TempDir())
	return home, agents.Gate{Address: "http://127.0.0.1:1", Token: secret, Providers: []string{"anthropic", "openai"}, Dir: filepath.Join(t.TempDir(), "agents")}
}

func write(t *testing.T, text string, path ...string) {
	t.Helper()
	name := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func point(t *testing.T, name string, g agents.Gate, env ...string) *agents.Call {
	t.Helper()
	c := agents.NewCall(env)
	if err := agents.Of(name).Point(c, g); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.Join(c.Args, " "), secret) || strings.Contains(strings.Join(c.Notes, " "), secret) {
		t.Errorf("%s: the token is shown in %q, %q", name, c.Args, c.Notes)
	}
	return c
}

// Each agent is given the address and the token in its own way.
func TestPoint(t *testing.T) {
	_, g := machine(t)
	for name, want := range map[string][]string{
		"claude": {"ANTHROPIC_BASE_URL=http://127.0.0.1:1/anthropic", "ANTHROPIC_AUTH_TOKEN=" + secret, "CLAUDE_CODE_MAX_RETRIES=2"},
		"codex":  {},
		"gemini": {"GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:1/gemini", "GEMINI_API_KEY=" + secret},
		"crush":  {"ANTHROPIC_API_ENDPOINT=http://127.0.0.1:1/anthropic", "OPENAI_API_ENDPOINT=http://127.0.0.1:1/openai/v1", "OPENAI_API_KEY=" + secret},
		"pi":     {"ANTHROPIC_API_KEY=" + secret, "OPENAI_API_KEY=" + secret},
		"aider":  {"OPENAI_BASE_URL=http://127.0.0.1:1/openai/v1", "ANTHROPIC_API_KEY=" + secret},
	} {
		env := point(t, name, g, "PATH=/bin").Environment()
		for _, pair := range append(want, "PATH=/bin", "MULTIACCOUNT_GATEWAY_URL=http://127.0.0.1:1", "MULTIACCOUNT_GATEWAY_TOKEN="+secret) {
			if !slices.Contains(env, pair) {
				t.Errorf("%s: no %s in %q", name, pair, env)
			}
		}
	}
}

// A path to an agent's program is that agent, at that path.
func TestOfAPath(t *testing.T) {
	for name, want := range map[string]string{"/opt/bin/codex": "codex", "./claude": "claude", "pi.exe": "pi", "/opt/bin/tool": "tool"} {
		if a := agents.Of(name); a.Name != want || a.Command != name {
			t.Errorf("%s is %s, called %s", name, a.Name, a.Command)
		}
	}
}

// A proxy is not asked for a gateway on this machine; hosts that no proxy is asked for
// stay.
func TestPointPastProxies(t *testing.T) {
	home, g := machine(t)
	for _, test := range []struct{ env, want string }{
		{"", ""},
		{"HTTP_PROXY=http://p", "127.0.0.1"},
		{"all_proxy=http://p NO_PROXY=a,127.0.0.10", "a,127.0.0.10,127.0.0.1"},
		{"https_proxy=http://p NO_PROXY=127.0.0.1 no_proxy=b", "127.0.0.1,b,127.0.0.1"},
		{"HTTP_PROXY=http://p no_proxy=b,127.0.0.1", "b,127.0.0.1"},
		{"HTTP_PROXY=http://p NO_PROXY=*", "*"},
	} {
		for _, name := range []string{"codex", "tool"} {
			c := point(t, name, g, strings.Fields(test.env)...)
			if got := cmp.Or(c.Get("NO_PROXY"), c.Get("no_proxy")); got != test.want {
				t.Errorf("%s with %s: %q", name, test.env, got)
			}
		}
	}
	for env, told := range map[string]bool{"HTTP_PROXY=http://p": true, "HTTP_PROXY=http://p NO_PROXY=127.0.0.1": false, "": false} {
		if got := agents.Of("codex").Rivals(agents.NewCall(strings.Fields(env)), g); (len(got) == 1) != told {
			t.Errorf("%s: told %q", env, got)
		}
	}
	elsewhere := g
	elsewhere.Address = "https://gate.example.com"
	if c := point(t, "codex", elsewhere, "HTTPS_PROXY=http://p"); c.Get("NO_PROXY") != "" {
		t.Errorf("no proxy for %s", c.Get("NO_PROXY"))
	}
	write(t, `{"env": {"HTTPS_PROXY": "http://p", "NO_PROXY": "a"}}`, home, ".claude", "settings.json")
	args := point(t, "claude", g, "NO_PROXY=b").Args
	if len(args) != 2 {
		t.Fatalf("arguments %q", args)
	}
	if text, err := os.ReadFile(args[1]); err != nil || string(text) != `{"env":{"NO_PROXY":"a,127.0.0.1","no_proxy":"a,127.0.0.1"}}` {
		t.Errorf("%v: %s", err, text)
	}
}

// pi sends a login of its own before the key that it is given: the token is in a header
// of its own, and the provider for ChatGPT's logins is led here, too.
func TestPiHasTheTokenInAHeader(t *testing.T) {
	_, g := machine(t)
	g.Providers = []string{"openai"}
	text, err := os.ReadFile(point(t, "pi", g).Args[1])
	if err != nil || !strings.Contains(string(text), `{ "x-api-key": process.env.MULTIACCOUNT_GATEWAY_TOKEN }`) ||
		!strings.Contains(string(text), `pi.registerProvider("openai-codex", { baseUrl: url + "/codex", headers });`) || strings.Contains(string(text), "anthropic") {
		t.Errorf("%v: %s", err, text)
	}
	var set []string
	for _, c := range agents.Of("pi").Targets(agents.NewCall(nil), g)[0].Changes {
		set = append(set, c.Key.String())
	}
	want := []string{"providers.openai.baseUrl", "providers.openai.apiKey", "providers.openai.headers.x-api-key", "providers.openai-codex.baseUrl", "providers.openai-codex.headers.x-api-key"}
	if !slices.Equal(set, want) {
		t.Errorf("set %q", set)
	}
}

// Codex reads the token from the environment, and does not try again what the
// gateway has tried.
func TestPointCodex(t *testing.T) {
	_, g := machine(t)
	args := strings.Join(point(t, "codex", g).Args, " ")
	for _, want := range []string{
		`-c model_provider="multiaccount-run"`, `-c model_providers.multiaccount-run.base_url="http://127.0.0.1:1/codex"`, `.env_key="MULTIACCOUNT_GATEWAY_TOKEN"`,
		`.wire_api="responses"`, `.supports_websockets=true`, `.request_max_retries=0`, `.stream_max_retries=2`,
	} {
		if !strings.Contains(args, want) {
			t.Errorf("no %s in %s", want, args)
		}
	}
}

// What would be used in place of the accounts is kept from Claude Code, and its user
// is told; a token of the gateway's own is no such thing.
func TestPointClaudeKeepsRivals(t *testing.T) {
	_, g := machine(t)
	c := point(t, "claude", g, "ANTHROPIC_API_KEY=sk-1", "CLAUDE_CODE_USE_BEDROCK=1", "CLAUDE_CODE_MAX_RETRIES=5")
	env := strings.Join(c.Environment(), " ")
	if strings.Contains(env, "sk-1") || strings.Contains(env, "BEDROCK") || !strings.Contains(env, "CLAUDE_CODE_MAX_RETRIES=5") || len(c.Notes) != 2 {
		t.Errorf("%s; told %q", env, c.Notes)
	}
	if c := point(t, "claude", g, "ANTHROPIC_API_KEY=mag_other"); len(c.Notes) > 0 || c.Get("ANTHROPIC_API_KEY") != "" {
		t.Errorf("told %q", c.Notes)
	}
}

// Variables in the user's settings would win over the environment: Claude Code gets
// settings that win over those.
func TestPointClaudeOverridesItsSettings(t *testing.T) {
	home, g := machine(t)
	write(t, `{"model": "opus", "env": {"FOO": "1"}}`, home, ".claude", "settings.json")
	if c := point(t, "claude", g); len(c.Args) > 0 {
		t.Errorf("arguments %q", c.Args)
	}
	write(t, `{"env": {"ANTHROPIC_BASE_URL": "http://elsewhere", /* own */ "ANTHROPIC_API_KEY": "sk-1"}}`, home, ".claude", "settings.json")
	write(t, `{"env": {"ANTHROPIC_AUTH_TOKEN": "x"}}`, ".claude", "settings.local.json")
	c := point(t, "claude", g)
	if len(c.Args) != 2 || c.Args[0] != "--settings" {
		t.Fatalf("arguments %q", c.Args)
	}
	text, err := os.ReadFile(c.Args[1])
	if err != nil {
		t.Fatal(err)
	}
	var over struct{ Env map[string]string }
	if err := json.Unmarshal(text, &over); err != nil || over.Env["ANTHROPIC_BASE_URL"] != "http://127.0.0.1:1/anthropic" || over.Env["ANTHROPIC_AUTH_TOKEN"] != secret || over.Env["ANTHROPIC_API_KEY"] != "" {
		t.Errorf("%v: %s", err, text)
	}
	if info, err := os.Stat(c.Args[1]); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// OpenCode's settings in the environment stay, and only providers with accounts are
// changed.
func TestPointOpenCode(t *testing.T) {
	home, g := machine(t)
	c := point(t, "opencode", g, `OPENCODE_CONFIG_CONTENT={"model": "x/y", /* mine */ "provider": {"anthropic": {"name": "A", "options": {"timeout": 1}}},}`)
	want := `{"model":"x/y","provider":{"anthropic":{"name":"A","options":{"apiKey":"mag_secret","baseURL":"http://127.0.0.1:1/anthropic/v1","timeout":1}},"openai":{"options":{"apiKey":"mag_secret","baseURL":"http://127.0.0.1:1/openai/v1"}}}}`
	if got := c.Get("OPENCODE_CONFIG_CONTENT"); got != want {
		t.Errorf("got %s", got)
	}
	g.Providers = []string{"openai"}
	if got := point(t, "opencode", g).Get("OPENCODE_CONFIG_CONTENT"); strings.Contains(got, "anthropic") {
		t.Errorf("got %s", got)
	}
	if got := point(t, "opencode", g).Get("OPENCODE_DISABLE_DEFAULT_PLUGINS"); got != "" {
		t.Errorf("got %s", got)
	}
	write(t, `{"openai": {"type": "oauth"}}`, home, ".local", "share", "opencode", "auth.json")
	if c := point(t, "opencode", g); c.Get("OPENCODE_DISABLE_DEFAULT_PLUGINS") != "1" || len(c.Notes) != 1 {
		t.Errorf("told %q", c.Notes)
	}
	if err := agents.Of("opencode").Point(agents.NewCall([]string{"OPENCODE_CONFIG_CONTENT={"}), g); err == nil {
		t.Error("no error")
	}
}

// The passphrase of the accounts is no program's business.
func TestCallWithoutPassphrase(t *testing.T) {
	if env := agents.NewCall([]string{"MULTIACCOUNT_PASSPHRASE=x", "A=b=c"}).Environment(); !slices.Equal(env, []string{"A=b=c"}) {
		t.Errorf("%q", env)
	}
}

// Gemini CLI uses a key only when its settings say so.
func TestPointGemini(t *testing.T) {
	home, g := machine(t)
	if c := point(t, "gemini", g, "GOOGLE_API_KEY=own"); c.Get("GOOGLE_API_KEY") != "" || len(c.Notes) != 2 {
		t.Errorf("told %q", c.Notes)
	}
	write(t, `{"security": {"auth": {"selectedType": "gemini-api-key"}}}`, home, ".gemini", "settings.json")
	if c := point(t, "gemini", g); len(c.Notes) > 0 {
		t.Errorf("told %q", c.Notes)
	}
	write(t, `{"security": {"auth": {"selectedType": "oauth-personal"}}}`, home, ".gemini", "settings.json")
	if err := agents.Of("gemini").Point(agents.NewCall(nil), g); err == nil || !strings.Contains(err.Error(), "goes past the gateway") {
		t.Errorf("told %v", err)
	}
}
