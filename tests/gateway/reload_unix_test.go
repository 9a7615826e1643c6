//go:build unix

package gateway_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// heard collects what a process says while it runs.
type heard struct{ rig.Log }

// awaits waits until it was said.
func (s *heard) awaits(t *testing.T, want string) {
	t.Helper()
	rig.Until(t, want, func() bool { return strings.Contains(s.String(), want) })
}

// startTelling starts serve as a service, and what it says can be read meanwhile.
func (h home) startTelling(t *testing.T, args ...string) (process, *heard) {
	t.Helper()
	said := &heard{}
	cmd := h.command(t.Context(), append([]string{"--listen", "127.0.0.1:0"}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal
	return h.awaitTelling(t, process{cmd: cmd}, said), said
}

// serial is the number of the certificate that a server shows.
func serial(t *testing.T, address string) string {
	t.Helper()
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	conn, err := dialer.DialContext(rig.Deadline(t), "tcp", address)
	rig.Must(t, err)
	defer conn.Close() //nolint:errcheck // nothing was written
	return string(conn.(*tls.Conn).ConnectionState().PeerCertificates[0].Raw)
}

// A certificate is taken over when its files change, the one before holds while they
// cannot be used.
func TestServeFollowsItsCertificate(t *testing.T) {
	h := newHome(t)
	cert, key, _ := certificate(t)
	p, said := h.startTelling(t, "--tls-cert", cert, "--tls-key", key)
	_, port, err := net.SplitHostPort(p.address)
	rig.Must(t, err)
	at := "127.0.0.1:" + port
	first := serial(t, at)
	newCert, newKey, _ := certificate(t)
	rig.Must(t, os.Rename(newCert, cert))
	rig.Must(t, os.Rename(newKey, key))
	second := first
	rig.Until(t, "the new certificate", func() bool {
		second = serial(t, at)
		return second != first
	})
	rig.Must(t, os.WriteFile(key, []byte("no key"), 0o600))
	said.awaits(t, "The certificate has changed and cannot be used; the one before holds: ")
	if serial(t, at) != second {
		t.Error("the certificate is another one")
	}
	p.end(t)
}

// SIGHUP has everything read at once, and says so.
func TestServeReadsAgain(t *testing.T) {
	h := newHome(t)
	logFile := filepath.Join(t.TempDir(), "access.log")
	p, said := h.startTelling(t, "--access-log", logFile)
	_ = p.ask(t)
	_, _ = logged(t, logFile, 1)
	rig.Must(t, os.Rename(logFile, logFile+".1"))
	rig.Must(t, p.cmd.Process.Signal(syscall.SIGHUP))
	said.awaits(t, "Settings, clients and certificate were read again.")
	_ = p.ask(t)
	_, _ = logged(t, logFile, 1)
	file := filepath.Join(h.dir, "settings.jsonc")
	good, err := os.ReadFile(file)
	rig.Must(t, err)
	rig.Must(t, os.WriteFile(file, append([]byte(`{"debug": true, `), good[1:]...), 0o600))
	said.awaits(t, "The settings have changed: debug.")
	said.awaits(t, `"multiaccount serve --replace" starts without refusing anybody`)
	rig.Must(t, os.WriteFile(file, []byte("{"), 0o600))
	said.awaits(t, "The settings have changed and cannot be used; those before hold: ")
	rig.Must(t, p.cmd.Process.Signal(syscall.SIGHUP))
	said.awaits(t, "but for this, where that before holds: ")
	if a := p.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	p.end(t)
}

// A service manager hears of it.
func TestServeTellsItsManager(t *testing.T) {
	h := newHome(t)
	m := newManager(t, "127.0.0.1:0")
	p := m.start(t, h)
	m.hears(t, "READY=1")
	rig.Must(t, p.cmd.Process.Signal(syscall.SIGHUP))
	m.hears(t, "RELOADING=1\nMONOTONIC_USEC=")
	m.hears(t, "READY=1")
	p.end(t)
	m.hears(t, "STOPPING=1")
}
