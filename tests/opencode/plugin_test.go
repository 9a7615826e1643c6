package opencode_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// TestPlugin runs the plugin's own tests, which load it as OpenCode does.
func TestPlugin(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node here to run the plugin in")
	}
	s := newStage(t)
	tests, err := filepath.Glob(filepath.Join(pluginDir, "test", "*.test.mjs"))
	rig.Must(t, err)
	cmd := exec.CommandContext(t.Context(), node, append([]string{"--test"}, tests...)...)
	home := t.TempDir()
	cmd.Env = append(os.Environ(), "CONTROL="+s.control().URL, "MULTIACCOUNT_BINARY="+s.program, "HOME="+home, "USERPROFILE="+home,
		"XDG_DATA_HOME=", "XDG_CONFIG_HOME=", "NODE_OPTIONS=")
	text, err := cmd.CombinedOutput()
	t.Logf("%s", text)
	if err != nil {
		t.Fatal(err)
	}
}
