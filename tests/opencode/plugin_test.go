package opencode_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// TestPlugin runs the plugin's own tests, which load it as OpenCode does.
func TestPlugin(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node here to run the plugin in")
	}
	s := newStage(t)
	tests, err := filepath.Glob(filepath.Join(pluginDir, "test", "*.test.mjs"))
	rig.Must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, append([]string{"--test"}, tests...)...)
	home := t.TempDir()
	cmd.Env = append(os.Environ(), "CONTROL="+s.control().URL, "MULTIACCOUNT_BINARY="+s.program, "HOME="+home, "USERPROFILE="+home,
		"XDG_DATA_HOME=", "XDG_CONFIG_HOME=", "NODE_OPTIONS=")
	text, err := cmd.CombinedOutput()
	t.Logf("%s", text)
	if err != nil {
		t.Fatal(err)
	}
}

// TestBundleIsCurrent builds the plugin anew, with the tools that its lock file names.
func TestBundleIsCurrent(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it installs the plugin's tools, which -short leaves out")
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("there is no npm here to build the plugin with")
	}
	dir := t.TempDir()
	for _, part := range []string{"package.json", "package-lock.json", "tsconfig.json", "src", "scripts"} {
		rig.Must(t, exec.CommandContext(t.Context(), "cp", "-r", filepath.Join(pluginDir, part), dir).Run())
	}
	call := func(args ...string) ([]byte, error) {
		cmd := exec.CommandContext(t.Context(), npm, args...)
		cmd.Dir = dir
		return cmd.CombinedOutput()
	}
	if text, err := call("ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"); err != nil {
		t.Skipf("the plugin's tools cannot be installed here: %v: %s", err, text)
	}
	for _, script := range []string{"check", "build"} {
		if text, err := call("run", script); err != nil {
			t.Fatalf("%s: %v: %s", script, err, text)
		}
	}
	for _, name := range []string{"index.js", "index.d.ts", "server.js", "server.d.ts"} {
		built, err := os.ReadFile(filepath.Join(dir, "dist", name))
		rig.Must(t, err)
		kept, err := os.ReadFile(filepath.Join(pluginDir, "dist", name))
		rig.Must(t, err)
		if !bytes.Equal(built, kept) {
			t.Errorf("dist/%s is not what src/ is built to; call npm run build in plugins/opencode", name)
		}
	}
}
