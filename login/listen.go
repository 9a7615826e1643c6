package login

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"

	"github.com/seed-810f1486/multiaccount/providers"
)

// tries is how many free ports are looked at for one that is free in both
// families.
const tries = 20

// loopbacks are both addresses of this machine: a browser may take "localhost"
// for either, and nobody else must answer at the other one (RFC 8252 section
// 8.3).
func loopbacks() []string { return []string{"127.0.0.1", "::1"} }

// listen listens on both loopback addresses, on one port; 0 means any that is
// free.
func listen(ctx context.Context, provider string, port int) ([]net.Listener, int, error) {
	for try := 1; ; try++ {
		listeners, got, err := listenOn(ctx, port)
		switch {
		case err == nil:
			return listeners, got, nil
		case !isPortTaken(err):
			return nil, 0, fmt.Errorf("login: cannot listen for the callback: %w", err)
		case port != 0 || try == tries:
			return nil, 0, &PortTakenError{Provider: provider, Port: got, Err: err}
		}
	}
}

// listenOn fails when the port is taken at either address, and when there is
// neither; a machine may do without one of them.
func listenOn(ctx context.Context, port int) (listeners []net.Listener, got int, err error) {
	var missing error
	for _, host := range loopbacks() {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		switch {
		case err == nil:
			listeners = append(listeners, l)
			port = l.Addr().(*net.TCPAddr).Port
		case isPortTaken(err) || ctx.Err() != nil:
			closeAll(listeners)
			return nil, port, err
		default:
			missing = errors.Join(missing, err)
		}
	}
	if len(listeners) == 0 {
		return nil, port, missing
	}
	return listeners, port, nil
}

func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		_ = l.Close() // it has accepted nothing
	}
}

// redirectTo returns the callback's address with a port.
func redirectTo(where providers.Callback, port int) string {
	at := url.URL{Scheme: "http", Host: net.JoinHostPort(where.Host, strconv.Itoa(port)), Path: where.Path}
	return at.String()
}
