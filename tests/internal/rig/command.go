package rig

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BuildCommand builds the command "multiaccount" into a folder, from a package two
// folders below the module's. Go keeps what "go run" has linked: all packages and all
// runs share one link.
func BuildCommand(folder string) (path string, err error) {
	path = filepath.Join(folder, "multiaccount")
	run := exec.CommandContext(context.Background(), "go", "run", "-exec", "cp", "../../cmd/multiaccount", path) //nolint:gosec // the path is the test's own
	if text, err := run.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, text)
	}
	return path, nil
}

// Command is BuildCommand into a folder of the test's own.
func Command(tb testing.TB) (path string) {
	tb.Helper()
	path, err := BuildCommand(tb.TempDir())
	Must(tb, err)
	return path
}

// Start starts a process, which the test's end kills and waits for: one that still runs
// would write to a directory that is being removed.
func Start(tb testing.TB, cmd *exec.Cmd) {
	tb.Helper()
	Must(tb, cmd.Start())
	tb.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()         // it may have been waited for
	})
}

// Until waits until something holds that nobody is told of. It looks again and again,
// with a pause in which others can work.
func Until(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	for end := time.Now().Add(Patience); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("in vain waited for: %s", what)
		}
	}
}
