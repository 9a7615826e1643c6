//go:build unix

package peer

import (
	"errors"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// Stop has the child stand still, with all that it holds, until [Process.Continue]. It
// waits until the child does: it runs on for a moment after the signal was sent.
func (p *Process) Stop(tb testing.TB) {
	tb.Helper()
	rig.Must(tb, p.cmd.Process.Signal(syscall.SIGSTOP))
	var status syscall.WaitStatus
	_, err := syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
	for errors.Is(err, syscall.EINTR) {
		_, err = syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
	}
	rig.Must(tb, err)
}

// Continue ends a [Process.Stop].
func (p *Process) Continue(tb testing.TB) {
	tb.Helper()
	rig.Must(tb, p.cmd.Process.Signal(syscall.SIGCONT))
}
