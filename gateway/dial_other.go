//go:build !linux && !darwin

package gateway

import "syscall"

// boundUnsent does nothing: this system has no such limit.
func boundUnsent(_, _ string, _ syscall.RawConn) error { return nil }
