package localgate

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// detached is a process without a console, and deaf to ctrl-c in any.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}

// withhold has nothing to do: a process gets the files alone that it is to have.
func withhold() (restore func()) { return func() {} }
