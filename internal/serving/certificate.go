package serving

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/wait"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// certificateTime is how long serve waits for the second file of a certificate to
// change after the first.
const certificateTime = time.Second

// certificate is that of --listen.
type certificate struct {
	certFile, keyFile string
	// reading has one read after the other: one that began earlier must not store last.
	reading sync.Mutex
	current atomic.Pointer[tls.Certificate]
}

// read reads the files. When they cannot be used, the certificate that was read last
// stays.
func (c *certificate) read() error {
	c.reading.Lock()
	defer c.reading.Unlock()
	cert, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("the certificate for --listen cannot be used: %w", err)
	}
	c.current.Store(&cert)
	return nil
}

// names returns the host names and addresses that the certificate is for.
func (c *certificate) names() []string {
	leaf := c.current.Load().Leaf
	names := append([]string(nil), leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

// follow reads the files after each change, until stop is called. rejected gets the
// error of files that cannot be used.
func (c *certificate) follow(ctx context.Context, rejected func(error)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	changed := func() {
		err := c.read()
		if err != nil && wait.For(ctx, certificateTime) == nil { // the other file may follow
			err = c.read()
		}
		if err != nil && !errors.Is(ctx.Err(), context.Canceled) {
			rejected(err)
		}
	}
	stopCert, stopKey := persistence.WatchFile(c.certFile, changed), persistence.WatchFile(c.keyFile, changed)
	return func() {
		cancel()
		stopCert()
		stopKey()
	}
}
