package login

import (
	"errors"
	"syscall"
)

// Winsock's codes: somebody listens there, or has reserved the port.
const (
	wsaAddressInUse = syscall.Errno(10048)
	wsaAccess       = syscall.Errno(10013)
)

func isPortTaken(err error) bool { return errors.Is(err, wsaAddressInUse) || errors.Is(err, wsaAccess) }
