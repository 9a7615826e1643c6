package serving

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// listening is where serve listens, and how.
type listening struct {
	address, socket, cert, key string
	// insecure is what lets it listen to other machines without TLS.
	insecure bool
	// hosts are the names by which clients address it, besides those of loopback.
	hosts []string
	tls   *tls.Config
}

func (l *listening) add(f *pflag.FlagSet) {
	f.StringVar(&l.address, "listen", ListenAddress, "where to listen: beyond this machine only with TLS, or with --insecure-listen")
	f.StringVar(&l.socket, "unix", "", "listen on this Unix socket as well")
	f.StringVar(&l.cert, "tls-cert", "", "the file of the certificate for --listen, in PEM")
	f.StringVar(&l.key, "tls-key", "", "the file of the certificate's key, in PEM")
	f.BoolVar(&l.insecure, "insecure-listen", false, "listen beyond this machine without TLS: whoever is on the network can read tokens and requests")
	f.StringSliceVar(&l.hosts, "hosts", nil, "other names and addresses by which clients address it")
}

// check refuses what would give tokens away, and reads the certificate.
func (l *listening) check() error {
	local, err := isLocal("listen", l.address)
	if err != nil {
		return err
	}
	if (l.cert == "") != (l.key == "") {
		return flagError("--tls-cert and --tls-key go together: the files of a certificate and of its key")
	}
	if !local && l.cert == "" && !l.insecure {
		return flagError("--listen %s is not on the loopback interface alone, and tokens would go over the network as plain text: give --tls-cert and --tls-key, or say --insecure-listen", l.address)
	}
	if host, _, _ := net.SplitHostPort(l.address); host != "" && !net.ParseIP(host).IsUnspecified() {
		l.hosts = append(l.hosts, host)
	}
	return l.readCertificate()
}

// isLocal reports whether an address is on the loopback interface alone.
func isLocal(flag, address string) (bool, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false, flagError("--%s %s is no address; write it as %s", flag, address, ListenAddress)
	}
	return host == "localhost" || net.ParseIP(host).IsLoopback(), nil
}

// readCertificate also takes over the names that the certificate has.
func (l *listening) readCertificate() error {
	if l.cert == "" {
		return nil
	}
	cert, err := tls.LoadX509KeyPair(l.cert, l.key)
	if err != nil {
		return fmt.Errorf("the certificate for --listen cannot be used: %w", err)
	}
	l.hosts = append(l.hosts, cert.Leaf.DNSNames...)
	for _, ip := range cert.Leaf.IPAddresses {
		l.hosts = append(l.hosts, ip.String())
	}
	l.tls = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	return nil
}

// place is one listener, and its address as people and programs write it.
type place struct {
	net.Listener
	url string
}

// open listens, on TCP and then on the socket.
func (l *listening) open(ctx context.Context) ([]place, error) {
	tcp, err := l.openTCP(ctx)
	if err != nil || l.socket == "" {
		return []place{tcp}, err
	}
	socket, err := openSocket(ctx, l.socket)
	if err != nil {
		return nil, errors.Join(err, tcp.Close())
	}
	return []place{tcp, {gateway.Limit(socket, gateway.MaxConnections), "unix:" + l.socket}}, nil
}

func (l *listening) openTCP(ctx context.Context) (place, error) {
	listener, err := listenTCP(ctx, "listen", l.address)
	if err != nil {
		return place{}, err
	}
	at := listener.Addr().String()
	listener = gateway.Limit(listener, gateway.MaxConnections)
	if l.tls != nil {
		return place{tls.NewListener(listener, l.tls), "https://" + at}, nil
	}
	return place{listener, "http://" + at}, nil
}

// listenTCP listens on the address that a flag names.
func listenTCP(ctx context.Context, flag, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use, by another \"multiaccount serve\" perhaps; stop that, or listen elsewhere with --%s", address, flag)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return listener, nil
}

// openSocket listens on a Unix socket for its owner alone.
func openSocket(ctx context.Context, path string) (net.Listener, error) {
	listener, err := persistence.ListenUnix(ctx, path)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use, or no socket; stop the program that has it, or name another path with --unix", path)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on the socket %s: %w", path, err)
	}
	return listener, nil
}

// closeAll ends listeners that were not served.
func closeAll(places []place) (err error) {
	for _, p := range places {
		if closed := p.Close(); !errors.Is(closed, net.ErrClosed) {
			err = errors.Join(err, closed)
		}
	}
	return err
}

// urls are the addresses, as people read them.
func urls(places []place) string {
	var all []string
	for _, p := range places {
		all = append(all, p.url)
	}
	return strings.Join(all, " and ")
}
