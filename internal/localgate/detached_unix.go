//go:build unix

package localgate

import (
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// detached is a process in a session of its own, without a terminal.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// withhold keeps the files that this process was started with from those that it
// starts, until restore is called. A gateway that had them would share the lock of its
// own users, and keep a script waiting for the end of a pipe.
func withhold() (restore func()) {
	open, _ := os.ReadDir("/dev/fd") // where there is none, they are not known
	var withheld []int
	for _, entry := range open {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 && isInherited(fd) {
			unix.CloseOnExec(fd)
			withheld = append(withheld, fd)
		}
	}
	return func() {
		for _, fd := range withheld {
			_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0) // it was open a moment ago
		}
	}
}

// isInherited reports whether the processes that this one starts get a file. No file
// that Go has opened is one.
func isInherited(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil && flags&unix.FD_CLOEXEC == 0
}
