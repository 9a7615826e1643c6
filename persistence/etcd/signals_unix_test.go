//go:build unix

package etcd_test

import (
	"syscall"
	"testing"
)

// What stops a process, and has it go on.
const (
	stopSignal = syscall.SIGSTOP
	goOnSignal = syscall.SIGCONT
)

// stopsProcesses is called by tests that stop a process.
func stopsProcesses(testing.TB) {}
