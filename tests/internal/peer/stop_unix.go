//go:build unix

package peer

import (
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// Stop has the child stand still, with all that it holds, until [Process.Continue].
func (p *Process) Stop(tb testing.TB) {
	tb.Helper()
	rig.Must(tb, p.cmd.Process.Signal(syscall.SIGSTOP))
}

// Continue ends a [Process.Stop].
func (p *Process) Continue(tb testing.TB) {
	tb.Helper()
	rig.Must(tb, p.cmd.Process.Signal(syscall.SIGCONT))
}
