package etcd_test

import (
	"syscall"
	"testing"
)

const (
	stopSignal = syscall.Signal(0)
	goOnSignal = syscall.Signal(0)
)

func stopsProcesses(tb testing.TB) {
	tb.Helper()
	tb.Skip("Windows cannot stop a process")
}
