//go:build unix

package gateway_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// certificate writes a certificate for desk.example and its key.
func certificate(t *testing.T) (certFile, keyFile string, trust *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	rig.Must(t, err)
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"desk.example"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	rig.Must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	rig.Must(t, err)
	certFile, keyFile = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	rig.Must(t, os.WriteFile(certFile, certPEM, 0o600))
	rig.Must(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	trust = x509.NewCertPool()
	trust.AppendCertsFromPEM(certPEM)
	return certFile, keyFile, trust
}

// dialed has a gate's client connect to an address, whatever the URL says.
func (p *process) dialed(t *testing.T, network, address string, trust *x509.CertPool) {
	t.Helper()
	own := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trust},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	t.Cleanup(own.CloseIdleConnections)
	p.client = &http.Client{Transport: own}
}

// Beyond this machine there is TLS, whose names are the gateway's.
func TestServeByTLS(t *testing.T) {
	h := newHome(t)
	cert, key, trust := certificate(t)
	p := h.start(t, "--listen", "0.0.0.0:0", "--tls-cert", cert, "--tls-key", key)
	_, port, err := net.SplitHostPort(p.address)
	rig.Must(t, err)
	p.dialed(t, "tcp", "127.0.0.1:"+port, trust)
	p.url = "https://desk.example:" + port
	if a := p.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	if a := p.send(t, ask("/anthropic/v1/messages", messagesBody, "Authorization", "Bearer "+p.token, "Host", "other.example")); a.status != http.StatusForbidden {
		t.Errorf("another name: HTTP %d %s", a.status, a.body)
	}
	if a := p.send(t, ask("/anthropic/v1/messages", messagesBody, "Authorization", "")); a.status != http.StatusUnauthorized {
		t.Errorf("without a token: HTTP %d %s", a.status, a.body)
	}
	p.end(t)
}

// Without it somebody must have said so, and a token is wanted all the same.
func TestServeInsecurely(t *testing.T) {
	h := newHome(t)
	p := h.start(t, "--listen", "0.0.0.0:0", "--insecure-listen", "--hosts", "desk.example")
	_, port, err := net.SplitHostPort(p.address)
	rig.Must(t, err)
	p.dialed(t, "tcp", "127.0.0.1:"+port, nil)
	p.url = "http://desk.example:" + port
	if a := p.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	if a := p.send(t, ask("/anthropic/v1/messages", messagesBody, "Authorization", "")); a.status != http.StatusUnauthorized {
		t.Errorf("without a token: HTTP %d %s", a.status, a.body)
	}
	p.end(t)
}

// A Unix socket is its owner's; one that was left behind is replaced, and one in use
// is not.
func TestServeOnASocket(t *testing.T) {
	h := newHome(t)
	path := filepath.Join(h.dir, "s")
	p := h.start(t, "--unix", path)
	p.url = "http://localhost"
	p.dialed(t, "unix", path, nil)
	if a := p.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is %v, %v", info, err)
	}
	h.refuses(t, 1, "is in use", "--unix", path)
	rig.Must(t, p.cmd.Process.Signal(syscall.SIGKILL))
	_ = p.cmd.Wait()
	p = h.start(t, "--unix", path)
	p.end(t)
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
	rig.Must(t, os.WriteFile(path, []byte("precious"), 0o600))
	h.refuses(t, 1, "no socket", "--unix", path)
	if kept, err := os.ReadFile(path); string(kept) != "precious" {
		t.Errorf("a file was replaced, %v", err)
	}
}

// refuses starts a serve that cannot.
func (h home) refuses(t *testing.T, status int, says string, args ...string) {
	t.Helper()
	cmd := h.command(rig.Deadline(t), append([]string{"--listen", "127.0.0.1:0"}, args...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	_ = cmd.Run()
	if cmd.ProcessState.ExitCode() != status || !strings.Contains(errs.String(), says) {
		t.Errorf("status %d, %q; want %q", cmd.ProcessState.ExitCode(), errs.String(), says)
	}
}

func TestServeRefusesHalfACertificate(t *testing.T) {
	h := newHome(t)
	cert, _, _ := certificate(t)
	h.refuses(t, 2, "go together", "--tls-cert", cert)
	h.refuses(t, 1, "cannot be used", "--tls-cert", cert, "--tls-key", cert)
}
