//go:build unix

package login

import (
	"errors"
	"syscall"
)

func isPortTaken(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
