//go:build unix

package opencode_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

var opencode = flag.String("opencode", "", "the program of OpenCode, as npm installs it, to load the plugin with")

// real is OpenCode with the plugin, and nothing of this machine's user.
type real struct {
	*stage
	home, dir string
}

// newReal gives OpenCode the package as it is published.
func newReal(t *testing.T, owners ...string) real {
	t.Helper()
	if *opencode == "" {
		t.Skip("no OpenCode to load the plugin with: name one with -opencode")
	}
	r := real{stage: newStage(t), home: t.TempDir()}
	var err error
	r.dir, err = r.newHome(owners...)
	rig.Must(t, err)
	plugin := filepath.Join(r.home, "plugin")
	rig.Must(t, os.CopyFS(filepath.Join(plugin, "dist"), os.DirFS(filepath.Join(pluginDir, "dist"))))
	text, err := os.ReadFile(filepath.Join(pluginDir, "package.json"))
	rig.Must(t, err)
	rig.Must(t, os.WriteFile(filepath.Join(plugin, "package.json"), text, 0o600))
	r.write(t, filepath.Join(".config", "opencode", "opencode.json"), map[string]any{"plugin": []string{"file://" + plugin}, "autoupdate": false, "share": "disabled"})
	return r
}

func (r real) write(t *testing.T, name string, value any) {
	t.Helper()
	text, err := json.Marshal(value)
	rig.Must(t, err)
	path := filepath.Join(r.home, name)
	rig.Must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	rig.Must(t, os.WriteFile(path, text, 0o600))
}

func (r real) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, *opencode, args...)
	cmd.Dir = r.home
	cmd.Env = []string{
		"HOME=" + r.home, "PATH=" + os.Getenv("PATH"), "TERM=dumb", "MULTIACCOUNT_DIR=" + r.dir, "MULTIACCOUNT_BINARY=" + r.program,
		"OPENCODE_DISABLE_MODELS_FETCH=1", "OPENCODE_DISABLE_LSP_DOWNLOAD=1",
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

func (r real) run(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := r.command(t.Context(), append([]string{"run", "--print-logs", "--log-level", "WARN"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Errorf("%v: %s\n%s", err, out.String(), errs.String())
	}
	t.Logf("%s\n%s", out.String(), errs.String())
	return out.String()
}

func TestOpenCodeAnswers(t *testing.T) {
	r := newReal(t, "alice", "bob")
	for model, owner := range map[string]string{"anthropic/claude-sonnet-4-5": "alice", "openai/gpt-5": "bob"} {
		answer := r.run(t, "-m", model, "say hello")
		if strings.TrimSpace(answer) == "" || r.srv.Stats().Served[owner] == 0 {
			t.Errorf("%s: %q, served %v", model, answer, r.srv.Stats().Served)
		}
	}
}
