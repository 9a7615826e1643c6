//go:build unix

package serving

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// firstActivated is the first descriptor that systemd hands over.
const firstActivated = 3

// activated returns the sockets that systemd has opened for this process, by the
// protocol of sd_listen_fds(3); none without them. Programs that it starts inherit
// none of it.
func activated() ([]net.Listener, error) {
	pid, count := os.Getenv("LISTEN_PID"), os.Getenv("LISTEN_FDS")
	names := strings.Split(os.Getenv("LISTEN_FDNAMES"), ":")
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		_ = os.Unsetenv(name) // a name without "=" can be unset
	}
	if pid != strconv.Itoa(os.Getpid()) {
		return nil, nil
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("LISTEN_FDS is %q and no number of sockets; see the socket's unit", count)
	}
	var all []net.Listener
	for i := range n {
		name := "of number " + strconv.Itoa(i+1)
		if i < len(names) && names[i] != "" {
			name = names[i]
		}
		l, failed := activatedListener(firstActivated+i, name)
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		all = append(all, l)
	}
	return all, err
}

func activatedListener(fd int, name string) (net.Listener, error) {
	syscall.CloseOnExec(fd)
	file := os.NewFile(uintptr(fd), name)
	defer file.Close() //nolint:errcheck // the listener has a copy
	l, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("the socket %s of systemd cannot be served: %w; it is to be a ListenStream without Accept=yes", name, err)
	}
	return l, nil
}
