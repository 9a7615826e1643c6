package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
	"github.com/seed-810f1486/multiaccount/settings"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// certificate makes a certificate for loopback that signs itself, for members and
// clients alike.
func certificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	must(t, err)
	secret, err := x509.MarshalECPrivateKey(private)
	must(t, err)
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	must(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}), 0o600))
	return cert, key
}

// secureMember starts an etcd that wants a client's certificate.
func secureMember(t *testing.T, cert, key string) string {
	t.Helper()
	cfg := embed.NewConfig()
	cfg.Dir, cfg.LogLevel, cfg.LogOutputs = t.TempDir(), "panic", []string{"/dev/null"}
	client, peer := url.URL{Scheme: "https", Host: "127.0.0.1:0"}, url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
	cfg.ClientTLSInfo = transport.TLSInfo{CertFile: cert, KeyFile: key, TrustedCAFile: cert, ClientCertAuth: true}
	e, err := embed.StartEtcd(cfg)
	must(t, err)
	t.Cleanup(e.Close)
	<-e.Server.ReadyNotify()
	return "https://" + e.Clients[0].Addr().String()
}

func runs(t *testing.T, status int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(args, &out, &errs); got != status {
		t.Fatalf("%v ended with %d, want %d: %s%s", args, got, status, out.String(), errs.String())
	}
	return out.String() + errs.String()
}

// A pool is set up over TLS, filled, looked at and emptied, by the settings alone.
func TestFleetFromTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o700))
	t.Setenv("MULTIACCOUNT_DIR", dir)
	t.Setenv("MULTIACCOUNT_PASSPHRASE", "correct horse")
	if got := runs(t, 1, "fleet", "status"); !strings.Contains(got, "names no etcd") {
		t.Errorf("without settings: %s", got)
	}
	cert, key := certificate(t, t.TempDir())
	endpoint := secureMember(t, cert, key)
	text := fmt.Sprintf(`{"store": {"kind": "etcd", "endpoints": [%q], "tls": {"ca": %q, "certificate": %q, "key": %q}}}`, endpoint, cert, cert, key)
	must(t, os.WriteFile(filepath.Join(dir, "settings.jsonc"), []byte(text), 0o600))
	if got := runs(t, 1, "fleet", "status"); !strings.Contains(got, "fleet init") {
		t.Errorf("before init: %s", got)
	}
	if got := runs(t, 1, "fleet", "initt"); !strings.Contains(got, "unknown command") {
		t.Errorf("a misspelt command: %s", got)
	}
	t.Setenv("MULTIACCOUNT_PASSPHRASE", "hunter2")
	if got := runs(t, 1, "fleet", "init"); !strings.Contains(got, "too weak") {
		t.Errorf("with a weak passphrase: %s", got)
	}
	t.Setenv("MULTIACCOUNT_PASSPHRASE", "correct horse")
	runs(t, 0, "fleet", "init")
	if got := runs(t, 0, "fleet", "status"); !strings.Contains(got, `"instances": []`) {
		t.Errorf("of a new fleet: %s", got)
	}
	if got := runs(t, 0, "fleet", "migrate"); !strings.Contains(got, "no accounts to move") {
		t.Errorf("migrating nothing: %s", got)
	}
	if got := runs(t, 1, "fleet", "init"); !strings.Contains(got, "already") {
		t.Errorf("a second init: %s", got)
	}
	t.Setenv("MULTIACCOUNT_PASSPHRASE", "wrong")
	if got := runs(t, 1, "fleet", "status"); !strings.Contains(got, "passphrase") {
		t.Errorf("with another passphrase: %s", got)
	}
	t.Setenv("MULTIACCOUNT_PASSPHRASE", "correct horse")
	files, err := persistence.OpenFiles(dir)
	must(t, err)
	must(t, files.Create(t.Context(), storetest.Record("a")))
	if got := runs(t, 1, "fleet", "migrate"); !strings.Contains(got, "close it first") {
		t.Errorf("while the folder is in use: %s", got)
	}
	must(t, files.Close())
	if got := runs(t, 0, "fleet", "migrate", "--dry-run"); !strings.Contains(got, `"dry_run": true`) {
		t.Errorf("a dry run: %s", got)
	}
	runs(t, 0, "fleet", "migrate")
	if got := runs(t, 0, "fleet", "status"); !strings.Contains(got, `"provider": 1`) || !strings.Contains(got, `"leads": true`) {
		t.Errorf("status: %s", got)
	}
	decides(t, `{"Seq":1}`)
	serves(t)
	inUse(t)
	runs(t, 0, "fleet", "migrate", "--out")
	files, err = persistence.OpenFiles(dir)
	must(t, err)
	if _, err := files.Read(t.Context(), persistence.Key{Provider: storetest.Provider, ID: "a"}); err != nil {
		t.Error(err)
	}
	must(t, files.Close())
}

// decides has a machine leave a decision, and everybody read it.
func decides(t *testing.T, line string) {
	t.Helper()
	h, err := newHost()
	must(t, err)
	s, err := h.open(t.Context())
	must(t, err)
	must(t, s.SaveDecisions(storetest.Provider, []byte(line+"\n")))
	must(t, s.Close())
	if got := runs(t, 0, "fleet", "why"); got != line+"\n" {
		t.Errorf("why: %s", got)
	}
}

// inUse has somebody have the pool open while it is to be moved out.
func inUse(t *testing.T) {
	t.Helper()
	h, err := newHost()
	must(t, err)
	s, err := h.open(t.Context())
	must(t, err)
	if got := runs(t, 1, "fleet", "migrate", "--out"); !strings.Contains(got, "close them first") {
		t.Errorf("while the pool is in use: %s", got)
	}
	must(t, s.Close())
}

// A move that was told to end says what to do.
func TestInterruptedMove(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := interrupted(ctx, fmt.Errorf("account a: %w", context.Canceled)); !strings.Contains(err.Error(), "call it again") {
		t.Errorf("got %v", err)
	}
	failed := errors.New("failed")
	if err := interrupted(ctx, failed); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
}

// A client certificate that was renewed is used without a new start.
func TestRenewedCertificate(t *testing.T) {
	dir := t.TempDir()
	cert, key := certificate(t, dir)
	o, err := optionsFrom(settings.Store{Certificate: cert, Key: key})
	must(t, err)
	first, err := o.TLS.GetClientCertificate(nil)
	must(t, err)
	certificate(t, dir)
	second, err := o.TLS.GetClientCertificate(nil)
	if must(t, err); bytes.Equal(first.Certificate[0], second.Certificate[0]) {
		t.Error("the certificate is still the first one")
	}
}

// serves has the pool served until the process is told to end.
func serves(t *testing.T) {
	t.Helper()
	said, out := io.Pipe()
	ended := make(chan int, 1)
	go func() { ended <- run([]string{"serve", "--listen", "127.0.0.1:0"}, out, io.Discard) }()
	lines := bufio.NewScanner(said)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "Serving on http://127.0.0.1:") {
		t.Fatalf("serve said %q", lines.Text())
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	at := strings.TrimSuffix(strings.TrimPrefix(lines.Text(), "Serving on "), ". Stop it with ctrl-c.")
	resp, err := http.Get(at + "/anthropic/v1/models")
	must(t, err)
	must(t, resp.Body.Close())
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a token it answers %d", resp.StatusCode)
	}
	self, err := os.FindProcess(os.Getpid())
	must(t, err)
	must(t, self.Signal(syscall.SIGTERM))
	if status := <-ended; status != 0 {
		t.Errorf("serve ended with %d", status)
	}
}
