//go:build linux || darwin

package gateway

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What a server does not read waits in this process, not in the system.
func TestUnsentIsBounded(t *testing.T) {
	small := net.ListenConfig{Control: func(_, _ string, conn syscall.RawConn) error {
		return conn.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 64<<10) })
	}}
	server, err := small.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close() //nolint:errcheck // it has not begun to serve
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := newBase().DialContext(ctx, "tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // what was sent is of no use
	if err := conn.SetWriteDeadline(time.Now().Add(time.Second / 2)); err != nil {
		t.Fatal(err)
	}
	n, err := conn.Write(make([]byte, memoryLimit))
	if !errors.Is(err, os.ErrDeadlineExceeded) || n > 5*unsentLimit {
		t.Errorf("the system took %d bytes, %v", n, err)
	}
}
