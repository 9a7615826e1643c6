//go:build unix

package run_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// Claude Code works with the accounts, and nothing is written to its user's files.
func TestRunClaude(t *testing.T) {
	d := newDesk(t)
	c := d.command(t, "run", "claude", "-p", "ask")
	c.Env = append(c.Env, "ANTHROPIC_API_KEY=sk-ant-own", "MULTIACCOUNT_PASSPHRASE=nobody needs it")
	if err := c.Run(); err != nil {
		t.Fatalf("%v: %s", err, &c.err)
	}
	if !strings.HasPrefix(c.out.String(), "200 ") || !strings.Contains(c.out.String(), "work@example.com") {
		t.Errorf("answered %s", &c.out)
	}
	saw := c.saw(t)
	if got := strings.Join(saw.Args, " "); got != "-p ask" {
		t.Errorf("the arguments are %q", got)
	}
	for name, want := range map[string]string{"ANTHROPIC_API_KEY": "", "CLAUDE_CODE_MAX_RETRIES": "2", "MULTIACCOUNT_PASSPHRASE": ""} {
		if got := saw.env(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := c.err.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "ANTHROPIC_API_KEY is set, and is not passed on") {
		t.Errorf("said %q", got)
	}
	if found := files(t, d.home); len(found) > 0 {
		t.Errorf("wrote %v", found)
	}
}

func files(t *testing.T, folder string) []string {
	t.Helper()
	var found []string
	rig.Must(t, filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			found = append(found, path)
		}
		return err
	}))
	return found
}

// A program that is not known gets what many programs know, and what is behind "--".
func TestRunAnyProgram(t *testing.T) {
	d := newDesk(t)
	saw := d.run(t, "run", "tool", "--", "--flag", "exit=0").saw(t)
	if got := strings.Join(saw.Args, " "); got != "--flag exit=0" {
		t.Errorf("the arguments are %q", got)
	}
	url, token := saw.env("MULTIACCOUNT_GATEWAY_URL"), saw.env("MULTIACCOUNT_GATEWAY_TOKEN")
	for name, want := range map[string]string{
		"OPENAI_BASE_URL": url + "/openai/v1", "OPENAI_API_KEY": token,
		"ANTHROPIC_BASE_URL": url + "/anthropic", "ANTHROPIC_API_KEY": token, "ANTHROPIC_AUTH_TOKEN": token,
	} {
		if got := saw.env(name); got != want || token == "" {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// A program that is not known runs without accounts, too, and its user is told.
func TestRunAnyProgramWithoutAccounts(t *testing.T) {
	d := newDesk(t)
	c := d.run(t, "--dir", t.TempDir(), "run", "sh", "-c", "exit 4")
	if c.status() != 4 || !strings.Contains(c.err.String(), "there are no accounts yet") {
		t.Errorf("status %d, said %s", c.status(), &c.err)
	}
	if c := d.run(t, "run", "sh", "-c", "exit 4"); c.err.String() != "" {
		t.Errorf("said %s", &c.err)
	}
}

// The exit status and standard input are the program's own.
func TestRunPassesThrough(t *testing.T) {
	d := newDesk(t)
	for _, status := range []int{0, 1, 42} {
		if got := d.run(t, "run", "tool", "exit="+strconv.Itoa(status)).status(); got != status {
			t.Errorf("status %d, want %d", got, status)
		}
	}
	c := d.command(t, "run", "tool", "echo")
	c.Stdin = strings.NewReader("what is typed")
	if err := c.Run(); err != nil || c.out.String() != "what is typed" {
		t.Errorf("%v, %q", err, &c.out)
	}
}

// What keeps it from running is told with what to do.
func TestRunCannot(t *testing.T) {
	d := newDesk(t)
	rig.Must(t, os.Remove(filepath.Join(d.bin, "opencode")))
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no program":       {[]string{"run"}, `AGENT is missing, as in "multiaccount run claude"`},
		"not installed":    {[]string{"run", "opencode"}, `OpenCode is not installed (no program "opencode"); "npm install -g opencode-ai" installs it`},
		"no such program":  {[]string{"run", "nonsense"}, `there is no program "nonsense"`},
		"no accounts":      {[]string{"run", "codex", "exit=0"}, `there are no accounts for Codex yet: "multiaccount login openai" adds one`},
		"nothing in store": {[]string{"--dir", t.TempDir(), "run", "claude", "exit=0"}, `"multiaccount login anthropic" adds one`},
	} {
		c := d.run(t, test.args...)
		if c.status() == 0 || !strings.Contains(c.err.String(), test.want) {
			t.Errorf("%s: status %d, said %q", name, c.status(), &c.err)
		}
	}
}

// A gateway that cannot start says why, and where its log is.
func TestRunTellsWhyTheGatewayDoesNotStart(t *testing.T) {
	d := newDesk(t)
	rig.Must(t, os.WriteFile(filepath.Join(d.dir, "gateway.log"), []byte("what it said before\n"), 0o600))
	foreign := `{"store": {"kind": "etcd", "endpoints": ["https://127.0.0.1:1"]}}`
	rig.Must(t, os.WriteFile(filepath.Join(d.dir, "settings.jsonc"), []byte(foreign), 0o600))
	c := d.run(t, "run", "claude", "exit=0")
	if c.status() != 1 || !strings.Contains(c.err.String(), "the gateway did not start") || !strings.Contains(c.err.String(), filepath.Join(d.dir, "gateway.log")) || strings.Contains(c.err.String(), "before") {
		t.Errorf("status %d, said %q", c.status(), &c.err)
	}
}
