package persistence

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// ListenUnix listens on a Unix socket that is its owner's alone (mode 0600). A
// socket that a process has left behind is replaced; syscall.EADDRINUSE for one
// that somebody listens on, and for anything else of that name. Closing the
// listener removes the socket.
func ListenUnix(ctx context.Context, path string) (net.Listener, error) {
	config := &net.ListenConfig{}
	listener, err := config.Listen(ctx, "unix", path)
	if errors.Is(err, syscall.EADDRINUSE) && isLeft(ctx, path) {
		if err = os.Remove(path); err == nil {
			listener, err = config.Listen(ctx, "unix", path)
		}
	}
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// isLeft reports whether nobody listens on a socket any more.
func isLeft(ctx context.Context, path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Type() != fs.ModeSocket {
		return false
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err == nil {
		_ = conn.Close() // somebody is there
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}
