//go:build unix

package localgate

import "syscall"

// detached is a process in a session of its own, without a terminal.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
