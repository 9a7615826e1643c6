// Package crash_test kills processes: at random moments, and at each step at
// which a login or a change could be lost. After each death a survivor on the
// same folder must be able to go on at once, with all that the dead process
// was told is stored.
package crash_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"go.uber.org/goleak"
)

// victimVariable holds the path of the built victim, or is empty.
const victimVariable = "MULTIACCOUNT_VICTIM"

var (
	soakFor = flag.Duration("soak", 0, "how long TestSoak kills processes, such as 10m")
	kills   = flag.Int("kills", 100, "how many processes TestStorm kills")
	seed    = flag.Uint64("seed", 0, "repeat a run with the seed that it logged; 0 takes a new one")
)

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "victim")
	if err == nil {
		err = build(filepath.Join(dir, "victim"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir) // the system clears its folder as well
		os.Exit(code)
	}))
}

// build builds the victim, where there is a go tool.
func build(path string) error {
	tool, _ := exec.LookPath("go") // without one, each test says why it is skipped
	if tool == "" {
		return nil
	}
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	out, err := exec.CommandContext(context.Background(), tool, "build", "-tags", "failpoints", "-o", path, "./victim").CombinedOutput()
	if err != nil {
		return fmt.Errorf("building the victim: %w\n%s", err, out)
	}
	return os.Setenv(victimVariable, path)
}

// victim returns the program to kill.
func victim(tb testing.TB) string {
	tb.Helper()
	path := os.Getenv(victimVariable)
	if path == "" {
		tb.Skip("there is no go tool in PATH to build the process that would be killed")
	}
	return path
}
