//go:build linux || darwin

package gateway

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// unsentLimit is how much of a request the system takes that it cannot send yet.
const unsentLimit = 96 << 10

// boundUnsent has a large body wait in this process, and not in the system. The system
// would take all of a megabyte at once; what the receiver has no room for yet is then
// sent by the receiver's reads, and the two sides work one after the other.
func boundUnsent(_, _ string, conn syscall.RawConn) error {
	return conn.Control(func(fd uintptr) {
		// Without it a large body only takes longer.
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsentLimit)
	})
}
