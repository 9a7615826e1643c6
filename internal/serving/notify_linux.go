package serving

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// stateReloading says that what changed is being read; systemd wants to know when
// that began.
func stateReloading() string {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return "RELOADING=1"
	}
	return fmt.Sprintf("RELOADING=1\nMONOTONIC_USEC=%d", now.Nano()/1000)
}
