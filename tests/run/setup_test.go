//go:build unix

package run_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// settings writes a file of the user's, and returns its path.
func (d *desk) settings(t *testing.T, text string, path ...string) string {
	t.Helper()
	name := filepath.Join(append([]string{d.home}, path...)...)
	rig.Must(t, os.MkdirAll(filepath.Dir(name), 0o700))
	rig.Must(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	rig.Must(t, err)
	return string(text)
}

// A dry run shows the change and makes nothing; the set-up makes it; Claude Code then
// works through serve; the undo gives back what was, and ends the token.
func TestSetupClaude(t *testing.T) {
	d := newDesk(t)
	const own = "{\n  // mine\n  \"model\": \"opus\",\n}\n"
	file := d.settings(t, own, ".claude", "settings.json")
	before := len(files(t, d.dir))
	dry := d.run(t, "setup", "claude", "--dry-run")
	if got := dry.out.String(); dry.status() != 0 || !strings.Contains(got, "--- "+file) || !strings.Contains(got, "+    \"ANTHROPIC_BASE_URL\": \"http://127.0.0.1:8383/anthropic\",\n") || content(t, file) != own {
		t.Errorf("status %d, printed %s%s", dry.status(), got, &dry.err)
	}
	for _, path := range files(t, d.dir) {
		if strings.Contains(path, "tokens") {
			t.Errorf("a dry run made %s", path)
		}
	}
	serve := d.command(t, "serve", "--listen", "127.0.0.1:0", "--handshake")
	serve.Stdout = nil
	out, err := serve.StdoutPipe()
	rig.Must(t, err)
	rig.Start(t, serve.Cmd)
	line, err := bufio.NewReader(out).ReadBytes('\n')
	rig.Must(t, err)
	var hello struct{ Address string }
	rig.Must(t, json.Unmarshal(line, &hello))
	c := d.command(t, "setup", "claude")
	c.Env = append(c.Env, "ANTHROPIC_API_KEY=sk-own")
	if err := c.Run(); err != nil || !strings.Contains(c.err.String(), "ANTHROPIC_API_KEY is set in the environment") {
		t.Fatalf("%v: %s%s", err, &c.out, &c.err)
	}
	var now struct{ Env map[string]string }
	rig.Must(t, json.Unmarshal([]byte(strings.NewReplacer("// mine", "", ",\n}", "\n}").Replace(content(t, file))), &now))
	if now.Env["ANTHROPIC_BASE_URL"] != hello.Address+"/anthropic" || now.Env["CLAUDE_CODE_MAX_RETRIES"] != "2" {
		t.Errorf("set %v", now.Env)
	}
	token := now.Env["ANTHROPIC_AUTH_TOKEN"]
	if said := c.out.String() + c.err.String() + dry.out.String(); strings.Contains(said, token) || !strings.HasPrefix(token, "mag_") {
		t.Errorf("the token was printed: %s", said)
	}
	ask := d.command(t)
	ask.Path, ask.Args = filepath.Join(d.bin, "claude"), []string{"claude", "ask"}
	ask.Env = append(ask.Env, "ANTHROPIC_BASE_URL="+now.Env["ANTHROPIC_BASE_URL"], "ANTHROPIC_AUTH_TOKEN="+token)
	if err := ask.Run(); err != nil || !strings.HasPrefix(ask.out.String(), "200 ") {
		t.Errorf("%v: answered %s", err, &ask.out)
	}
	if again := d.run(t, "setup", "claude"); again.status() != 0 || !strings.Contains(again.out.String(), "is set up already") {
		t.Errorf("said %s%s", &again.out, &again.err)
	}
	if undo := d.run(t, "setup", "undo", "claude"); undo.status() != 0 || content(t, file) != own {
		t.Errorf("said %s%s, and left %s", &undo.out, &undo.err, content(t, file))
	}
	if list := d.run(t, "clients", "list", "--json"); strings.Contains(list.out.String(), "setup-claude") {
		t.Errorf("clients %s", &list.out)
	}
	rig.Must(t, serve.Process.Signal(syscall.SIGTERM))
	_ = serve.Wait()
	if after := len(files(t, d.dir)); after < before {
		t.Errorf("%d files, before %d", after, before)
	}
}

// Codex and OpenCode read the token from its file, and what was overwritten is told.
func TestSetupCodexAndOpenCode(t *testing.T) {
	d := newDesk(t)
	rig.Must(t, os.MkdirAll(filepath.Join(d.dir, "openai", "accounts"), 0o700))
	rig.Must(t, os.WriteFile(filepath.Join(d.dir, "openai", "accounts", "x.json"), []byte("{"), 0o600)) // an account that is not looked into
	own := "# mine\nmodel = \"gpt-6\"\n\n[tui]\nanimations = false\n"
	toml := d.settings(t, own, ".codex", "config.toml")
	jsonc := d.settings(t, "{\n\t\"small_model\": \"mine/small\",\n}\n", ".config", "opencode", "opencode.jsonc")
	for _, agent := range []string{"codex", "opencode"} {
		if c := d.run(t, "setup", agent, "--address", "http://127.0.0.1:9000"); c.status() != 0 {
			t.Fatalf("%s: %s%s", agent, &c.out, &c.err)
		}
	}
	token := filepath.Join(d.dir, "tokens", "setup-codex")
	want := "# mine\nmodel = \"gpt-6\"\nmodel_provider = \"multiaccount\"\n\n[tui]\nanimations = false\n\n[model_providers.multiaccount]\nname = \"multiaccount\"\nbase_url = \"http://127.0.0.1:9000/codex\"\n" +
		"wire_api = \"responses\"\nsupports_websockets = true\nrequest_max_retries = 0\nstream_max_retries = 2\n\n[model_providers.multiaccount.auth]\ncommand = \"/bin/cat\"\nargs = [\"" + token + "\"]\n"
	if got := content(t, toml); got != want || !strings.HasPrefix(content(t, token), "mag_") {
		t.Errorf("wrote %s", got)
	}
	if got := content(t, jsonc); !strings.Contains(got, `"apiKey": "{file:`+filepath.Join(d.dir, "tokens", "setup-opencode")+`}"`) || !strings.Contains(got, `"small_model": "mine/small"`) {
		t.Errorf("wrote %s", got)
	}
	if c := d.run(t, "setup", "status"); c.status() != 0 || strings.Contains(c.out.String(), "overwritten") {
		t.Errorf("status %d: %s", c.status(), &c.out)
	}
	rig.Must(t, os.WriteFile(toml, []byte(strings.Replace(want, "supports_websockets = true", "supports_websockets = false", 1)), 0o600))
	if c := d.run(t, "setup", "status"); c.status() != 1 || !strings.Contains(c.out.String(), "Codex: model_providers.multiaccount.supports_websockets in "+toml+" was changed") {
		t.Errorf("status %d: %s", c.status(), &c.out)
	}
	if c := d.run(t, "doctor", "--offline"); !strings.Contains(c.out.String(), "was changed") || !strings.Contains(c.out.String(), "multiaccount setup codex") {
		t.Errorf("the doctor says %s%s", &c.out, &c.err)
	}
	if c := d.run(t, "setup", "codex", "--address", "http://127.0.0.1:9000"); c.status() != 0 || content(t, toml) != want {
		t.Errorf("set up again: %s%s, %s", &c.out, &c.err, content(t, toml))
	}
	if c := d.run(t, "setup", "undo", "codex"); c.status() != 0 {
		t.Errorf("undo: %s%s", &c.out, &c.err)
	}
	if got := content(t, toml); got != own {
		t.Errorf("left %q", got)
	}
}

// Codex refuses two ways to get a token: the one that its user has set goes, and comes
// back.
func TestSetupCodexWithAKeyOfItsUser(t *testing.T) {
	d := newDesk(t)
	rig.Must(t, os.MkdirAll(filepath.Join(d.dir, "openai", "accounts"), 0o700))
	rig.Must(t, os.WriteFile(filepath.Join(d.dir, "openai", "accounts", "x.json"), []byte("{"), 0o600)) // an account that is not looked into
	const own = "[model_providers.multiaccount]\nenv_key = \"KEY\" # mine\nname = \"x\"\n"
	toml := d.settings(t, own, ".codex", "config.toml")
	if c := d.run(t, "setup", "codex"); c.status() != 0 || strings.Contains(content(t, toml), "env_key") {
		t.Errorf("%s%s, %s", &c.out, &c.err, content(t, toml))
	}
	if c := d.run(t, "setup", "undo", "codex"); c.status() != 0 || content(t, toml) != own {
		t.Errorf("%s%s, %s", &c.out, &c.err, content(t, toml))
	}
}

// Without a name it lists what there is, and says what to call.
func TestSetupWithoutAName(t *testing.T) {
	d := newDesk(t)
	c := d.run(t, "setup")
	if c.status() != 2 || !strings.Contains(c.out.String(), "Claude Code") || !strings.Contains(c.err.String(), `name the agent to set up: claude codex opencode, as in "multiaccount setup claude"`) {
		t.Errorf("status %d: %s%s", c.status(), &c.out, &c.err)
	}
	for args, want := range map[string]string{
		"setup claud":                  `there is no agent "claud"; did you mean "claude"?`,
		"setup codex":                  `"multiaccount login openai" adds one`,
		"setup undo claude":            "Claude Code is not set up: there is nothing to take back",
		"setup claude --address x":     "--address is that of the gateway, as http://127.0.0.1:8383",
		"setup claude --address ftp:x": "--address is that of the gateway",
	} {
		if c := d.run(t, strings.Fields(args)...); c.status() == 0 || !strings.Contains(c.err.String(), want) {
			t.Errorf("%s: status %d, said %s", args, c.status(), &c.err)
		}
	}
}

// Settings that cannot be read are left alone, and it is said why.
func TestSetupOfBrokenSettings(t *testing.T) {
	d := newDesk(t)
	file := d.settings(t, "{ broken", ".claude", "settings.json")
	c := d.run(t, "setup", "claude")
	if c.status() != 1 || !strings.Contains(c.err.String(), file+": it is no JSON") || content(t, file) != "{ broken" {
		t.Errorf("status %d: %s%s", c.status(), &c.out, &c.err)
	}
}
