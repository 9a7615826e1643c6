//go:build unix

package gateway_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A list of clients that this user may not read is told in one line.
func TestServeCannotReadItsClients(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("the superuser reads every file: a folder stands for one that cannot be read")
	}
	h := newHome(t)
	file := filepath.Join(h.dir, "clients.json")
	if os.Getuid() == 0 {
		rig.Must(t, os.Mkdir(file, 0o700))
	} else {
		rig.Must(t, os.WriteFile(file, []byte(`{}`), 0o000))
	}
	cmd := h.command(rig.Deadline(t), "--listen", "127.0.0.1:0")
	text, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 || strings.Count(string(text), "\n") != 1 || !strings.Contains(string(text), "the clients of the gateway cannot be read") ||
		!strings.Contains(string(text), "give the file its owner's rights, or move it away, and the next start makes a new token") {
		t.Errorf("status %d: %s", cmd.ProcessState.ExitCode(), text)
	}
}
