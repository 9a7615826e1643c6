//go:build unix

package etcd_test

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// stop stops a process, and waits until it stands: it runs on for a moment after the
// signal was sent.
func stop(p *os.Process) {
	_ = p.Signal(syscall.SIGSTOP) // a process that has ended stands, too
	var status syscall.WaitStatus
	for {
		if _, err := syscall.Wait4(p.Pid, &status, syscall.WUNTRACED, nil); !errors.Is(err, syscall.EINTR) {
			return
		}
	}
}

// goOn has a process that was stopped go on.
func goOn(p *os.Process) { _ = p.Signal(syscall.SIGCONT) }

// stopsProcesses is called by tests that stop a process.
func stopsProcesses(testing.TB) {}
