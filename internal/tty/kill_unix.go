//go:build unix

package tty

import (
	"os"
	"syscall"
)

// kill ends a program with all that it has started in its process group, which it
// leads. One that is left would keep the terminal open.
func kill(leader *os.Process) { _ = syscall.Kill(-leader.Pid, syscall.SIGKILL) } // it may have ended
