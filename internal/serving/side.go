package serving

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
)

// The limits of a side's server.
const (
	sideHeaderTimeout = 10 * time.Second
	sideConnections   = 64
)

// side is an address of its own, for what is not for clients; empty for none.
type side struct {
	// flag is what names the address.
	flag, address string
	listener      net.Listener
}

// check refuses an address that other machines reach, unless that was said to be
// meant: nobody is asked for a token there.
func (s *side) check(insecure bool) error {
	if s.address == "" {
		return nil
	}
	local, err := isLocal(s.flag, s.address)
	switch {
	case err != nil || local || insecure:
		return err
	case s.flag == pprofFlag:
		return flagError("--%s %s is not on the loopback interface, and profiles are for this machine alone", s.flag, s.address)
	}
	return flagError("--%s %s is not on the loopback interface alone, and asks for no token: name another address, or say --insecure-listen", s.flag, s.address)
}

func (s *side) open(ctx context.Context, from *origin) (err error) {
	if s.address != "" {
		s.listener, err = from.tcp(ctx, s.flag, s.address)
	}
	return err
}

func (s *side) close() {
	if s.listener != nil {
		_ = s.listener.Close() // nothing was promised
	}
}

// url is what is shown; empty when nobody listens.
func (s *side) url(path string) string {
	if s.listener == nil {
		return ""
	}
	return "http://" + s.listener.Addr().String() + path
}

// serve serves until stop is called.
func (s *side) serve(h http.Handler) (stop func()) {
	if s.listener == nil {
		return func() {}
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: sideHeaderTimeout}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(gateway.Limit(s.listener, sideConnections)) // it says only that it was closed
	}()
	return func() {
		_ = server.Close() // whoever asks asks again
		<-ended
	}
}
