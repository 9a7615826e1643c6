package serving

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/seed-810f1486/multiaccount/gateway"
)

// listening is where serve listens, and how.
type listening struct {
	address, socket, cert, key string
	// insecure allows it to listen to other machines without TLS.
	insecure bool
	// replace makes it take the address over from the serve that has it.
	replace bool
	// hosts are the names by which clients address it, besides those of loopback.
	hosts []string
	// certificate is nil without TLS.
	certificate *certificate
}

func (l *listening) add(f *pflag.FlagSet) {
	f.StringVar(&l.address, listenFlag, ListenAddress, "where to listen: beyond this machine only with TLS, or with --insecure-listen")
	f.StringVar(&l.socket, socketFlag, "", "listen on this Unix socket as well")
	f.StringVar(&l.cert, "tls-cert", "", "the file of the certificate for --listen, in PEM")
	f.StringVar(&l.key, "tls-key", "", "the file of the certificate's key, in PEM")
	f.BoolVar(&l.insecure, "insecure-listen", false, "listen beyond this machine without TLS: whoever is on the network can read tokens and requests")
	f.BoolVar(&l.replace, "replace", false, "take over from the serve on this address, which finishes what is under way; nobody is refused meanwhile; on Unix")
	f.StringSliceVar(&l.hosts, "hosts", nil, "other names and addresses by which clients address it")
}

// check refuses addresses over which tokens would go unencrypted, and reads the
// certificate.
func (l *listening) check() error {
	local, err := isLocal(listenFlag, l.address)
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
	if l.socket != "" {
		if l.socket, err = filepath.Abs(l.socket); err != nil {
			return err
		}
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
	l.certificate = &certificate{certFile: l.cert, keyFile: l.key}
	if err := l.certificate.read(); err != nil {
		return err
	}
	l.hosts = append(l.hosts, l.certificate.names()...)
	return nil
}

// place is one listener, and its address as people and programs write it.
type place struct {
	net.Listener
	// raw is the listener without limit and TLS, which another process can get.
	raw net.Listener
	url string
}

// open listens, on TCP and then on the socket, or on what systemd has opened.
func (l *listening) open(ctx context.Context, from *origin) (places []place, err error) {
	if len(from.activated) > 0 {
		return l.openActivated(from)
	}
	tcp, err := from.tcp(ctx, listenFlag, l.address)
	if err != nil {
		return nil, err
	}
	places = append(places, l.place(tcp))
	if l.socket == "" {
		return places, nil
	}
	socket, err := from.socket(ctx, l.socket)
	if err != nil {
		return nil, errors.Join(err, tcp.Close())
	}
	return append(places, l.place(socket)), nil
}

// openActivated takes the listeners that systemd has opened, unless tokens would go
// over them unencrypted.
func (l *listening) openActivated(from *origin) (places []place, err error) {
	for _, raw := range from.activated {
		if at, ok := raw.Addr().(*net.TCPAddr); ok {
			if !at.IP.IsLoopback() && l.certificate == nil && !l.insecure {
				return nil, flagError("systemd's socket %s is not on the loopback interface alone, and tokens would go over the network as plain text: give --tls-cert and --tls-key, or say --insecure-listen", at)
			}
			l.hosts = append(l.hosts, at.IP.String())
		}
		places = append(places, l.place(raw))
	}
	from.activated = nil
	return places, nil
}

func (l *listening) place(raw net.Listener) place {
	limited, at := gateway.Limit(raw, gateway.MaxConnections), raw.Addr().String()
	switch {
	case raw.Addr().Network() == "unix":
		return place{limited, raw, "unix:" + at}
	case l.certificate != nil:
		return place{tls.NewListener(limited, l.certificate.config()), raw, "https://" + at}
	}
	return place{limited, raw, "http://" + at}
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
