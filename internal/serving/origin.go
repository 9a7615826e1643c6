package serving

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// The names of the listeners that one serve can hand to another: those of the flags.
const (
	listenFlag  = "listen"
	socketFlag  = "unix"
	metricsFlag = "metrics-listen"
	pprofFlag   = "pprof"
)

// origin is where listeners come from. Its zero value opens new ones.
type origin struct {
	// dir is the state directory.
	dir string
	// activated are those that systemd has opened, in place of --listen and --unix.
	activated []net.Listener
	// before is the serve that hands its listeners over; nil without one.
	before *predecessor
}

// close gives up what was not taken.
func (o *origin) close() {
	for _, l := range o.activated {
		_ = l.Close() // systemd has its own
	}
	if o.before != nil {
		o.before.close()
	}
}

// tcp listens on the address that a flag names.
func (o *origin) tcp(ctx context.Context, flag, address string) (net.Listener, error) {
	if l := o.before.take(flag, address); l != nil {
		return l, nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, o.inUse(ctx, flag, address)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return l, nil
}

// inUse says who has an address, where that can be known.
func (o *origin) inUse(ctx context.Context, flag, address string) error {
	if flag == listenFlag {
		if pid := askWho(ctx, o.dir, address); pid != 0 {
			return fmt.Errorf("%s is in use by another \"multiaccount serve\" (process %d); take over from it with --replace, stop it, or listen elsewhere with --%s", address, pid, flag)
		}
	}
	return fmt.Errorf("%s is in use, by another \"multiaccount serve\" perhaps; stop that, or listen elsewhere with --%s", address, flag)
}

// socket listens on a Unix socket for its owner alone.
func (o *origin) socket(ctx context.Context, path string) (net.Listener, error) {
	if l := o.before.take(socketFlag, path); l != nil {
		return l, nil
	}
	l, err := persistence.ListenUnix(ctx, path)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use, or no socket; stop the program that has it, or name another path with --unix", path)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on the socket %s: %w", path, err)
	}
	return l, nil
}
