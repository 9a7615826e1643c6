//go:build unix

package opencode_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

var opencode = flag.String("opencode", "", "the program of OpenCode, as npm installs it, to load the plugin with")

// session is OpenCode with the plugin, and nothing of this machine's user.
type session struct {
	*stage
	home, dir string
}

// TestOpenCode has one home for all: with a plugin OpenCode installs packages into it.
func TestOpenCode(t *testing.T) {
	if *opencode == "" {
		t.Skip("no OpenCode to load the plugin with: name one with -opencode")
	}
	r := session{stage: newStage(t), home: t.TempDir()}
	plugin := filepath.Join(r.home, "plugin")
	rig.Must(t, os.CopyFS(filepath.Join(plugin, "dist"), os.DirFS(filepath.Join(pluginDir, "dist"))))
	text, err := os.ReadFile(filepath.Join(pluginDir, "package.json"))
	rig.Must(t, err)
	rig.Must(t, os.WriteFile(filepath.Join(plugin, "package.json"), text, 0o600))
	write(t, filepath.Join(r.home, ".config", "opencode", "opencode.json"), map[string]any{"plugin": []string{"file://" + plugin}, "autoupdate": false, "share": "disabled"})
	t.Run("answers", r.answers)
	t.Run("own login", r.ownLogin)
	t.Run("logs in", r.logsIn)
	t.Run("killed", r.killed)
	t.Run("command", r.statusCommand)
}

// with has the accounts of some owners, and data of its own.
func (r session) with(t *testing.T, owners ...string) session {
	t.Helper()
	var err error
	r.dir, err = r.newHome(owners...)
	rig.Must(t, err)
	return r
}

func write(t *testing.T, path string, value any) {
	t.Helper()
	text, err := json.Marshal(value)
	rig.Must(t, err)
	rig.Must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	rig.Must(t, os.WriteFile(path, text, 0o600))
}

func (r session) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, *opencode, args...)
	cmd.Dir = r.home
	cmd.Env = []string{
		"HOME=" + r.home, "PATH=" + os.Getenv("PATH"), "TERM=dumb", "XDG_DATA_HOME=" + r.dir, "MULTIACCOUNT_DIR=" + r.dir, "MULTIACCOUNT_BINARY=" + r.program,
		"OPENCODE_DISABLE_MODELS_FETCH=1", "OPENCODE_DISABLE_LSP_DOWNLOAD=1",
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

func (r session) run(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := r.command(t.Context(), append([]string{"run", "--print-logs", "--log-level", "WARN"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Errorf("%v: %s\n%s", err, out.String(), errs.String())
	}
	return out.String()
}

func (r session) answers(t *testing.T) {
	r = r.with(t, "alice", "bob")
	for model, owner := range map[string]string{"anthropic/claude-sonnet-4-5": "alice", "openai/gpt-5": "bob"} {
		answer := r.run(t, "-m", model, "say hello")
		if strings.TrimSpace(answer) == "" || r.srv.Stats().Served[owner] == 0 {
			t.Errorf("%s: %q, served %v", model, answer, r.srv.Stats().Served)
		}
	}
}

// OpenCode has a ChatGPT login of its own, whose requests it would send past any base
// URL. They go through the gateway, and the login is only linked.
func (r session) ownLogin(t *testing.T) {
	r = r.with(t)
	write(t, filepath.Join(r.dir, "opencode", "auth.json"), map[string]any{"openai": r.stored("ben")})
	r.run(t, "-m", "openai/gpt-5.5", "say hello")
	if served := r.srv.Stats().Served; served["ben"] == 0 {
		t.Errorf("served %v", served)
	}
	if out := r.accounts(t); !strings.Contains(out, `"linked_to"`) {
		t.Errorf("the accounts are %s", out)
	}
}

func (r session) accounts(t *testing.T) string {
	t.Helper()
	list := exec.CommandContext(t.Context(), r.program, "accounts", "list", "--json")
	list.Env = append(os.Environ(), "MULTIACCOUNT_DIR="+r.dir)
	text, err := list.Output()
	rig.Must(t, err)
	return string(text)
}

var addressIn = regexp.MustCompile(`http://\S+`)

// A login through OpenCode's own command adds an account.
func (r session) logsIn(t *testing.T) {
	r = r.with(t)
	cmd := r.command(deadline(t), "auth", "login", "--provider", "anthropic", "--method", "Claude account, with the browser of this machine")
	out, err := cmd.StdoutPipe()
	rig.Must(t, err)
	cmd.Stderr = cmd.Stdout
	rig.Start(t, cmd)
	said := ""
	for lines := bufio.NewScanner(out); lines.Scan(); said += lines.Text() + "\n" {
		if address := addressIn.FindString(lines.Text()); address != "" {
			own := &http.Transport{}
			resp, err := (&http.Client{Transport: own}).Get(address)
			rig.Must(t, err)
			rig.Must(t, resp.Body.Close())
			own.CloseIdleConnections()
		}
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(r.accounts(t), "alice@example.com") {
		t.Errorf("%v: %s", err, said)
	}
	if answer := r.run(t, "-m", "anthropic/claude-sonnet-4-5", "say hello"); strings.TrimSpace(answer) == "" {
		t.Error("the account does not serve")
	}
}

// An OpenCode that is killed leaves no gateway behind.
func (r session) killed(t *testing.T) {
	rig.Ended(t, r.program) // those of the tests before
	r = r.with(t, "alice")
	gate := providertest.NewGate()
	r.owners["alice"].Next(providertest.OK().Behind(gate))
	cmd := r.command(t.Context(), "run", "-m", "anthropic/claude-sonnet-4-5", "say hello")
	rig.Start(t, cmd)
	rig.Must(t, gate.Wait(deadline(t), 1))
	if n := len(rig.Running(t, r.program)); n != 1 {
		t.Errorf("%d gateways run", n)
	}
	rig.Must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	gate.Release()
	rig.Ended(t, r.program)
}

// deadline is far away: OpenCode itself takes many seconds on a busy machine.
func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// The command shows the accounts.
func (r session) statusCommand(t *testing.T) {
	r = r.with(t, "ada")
	r.run(t, "-m", "anthropic/claude-sonnet-4-5", "--command", "multiaccount")
	if served := r.srv.Stats().Served; served["ada"] == 0 {
		t.Errorf("served %v", served)
	}
}
