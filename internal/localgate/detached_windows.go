package localgate

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// detached is a process without a console, and deaf to ctrl-c in any.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}
