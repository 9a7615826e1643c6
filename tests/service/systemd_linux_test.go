// Package service_test has the gateway kept running by a real service manager.
package service_test

import (
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// TestSystemd runs testdata/session.sh, which installs the service in a session with a
// systemd of its own, kills, stops, moves and removes it.
func TestSystemd(t *testing.T) {
	for _, needed := range []string{"/lib/systemd/systemd", "unshare", "systemctl", "curl", "bash"} {
		if _, err := exec.LookPath(needed); err != nil {
			t.Skipf("there is no %s here", needed)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("only the superuser may make the namespaces for a systemd of its own")
	}
	program := rig.Command(t)
	session := exec.CommandContext(t.Context(), "unshare", "--pid", "--mount", "--cgroup", "--fork", "--mount-proc", "--kill-child",
		"bash", "testdata/session.sh", program, t.TempDir(), strconv.Itoa(freePorts(t)))
	text, err := session.CombinedOutput()
	said := string(text)
	if strings.Contains(said, "NO SYSTEMD") || strings.Contains(said, "unshare:") || strings.Contains(said, "mount:") {
		t.Skipf("no systemd of its own can be started here: %s", said)
	}
	if err != nil {
		t.Errorf("%v", err)
	}
	for _, want := range []string{
		"mag_", "token in the unit: 0", "status: runs", "asked: ok", "filters: 1", "installed again: the same process", "killed: ok",
		"stopped: ok", "moved: ok", "moved: nobody listens where it was", "the service is removed", "status: gone", "uninstalled: nobody listens", "left: 0",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(said)
	}
}

// freePorts is the first of two ports that nobody has. They are none of those that the
// system gives to whoever asks for any: another program could get one meanwhile.
func freePorts(t *testing.T) int {
	t.Helper()
	for range 100 {
		port := 15000 + 2*rand.IntN(5000)
		if isFree(port) && isFree(port+1) {
			return port
		}
	}
	t.Fatal("no two ports are free")
	return 0
}

func isFree(port int) bool {
	listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	return err == nil && listener.Close() == nil
}
