package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
	"github.com/seed-810f1486/multiaccount/settings"
)

// plainMember starts an etcd without TLS and returns its address.
func plainMember(t *testing.T) string {
	t.Helper()
	cfg := embed.NewConfig()
	cfg.Dir, cfg.LogLevel, cfg.LogOutputs = t.TempDir(), "panic", []string{"/dev/null"}
	local := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{local}, []url.URL{local}
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{local}, []url.URL{local}
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
	e, err := embed.StartEtcd(cfg)
	must(t, err)
	t.Cleanup(e.Close)
	<-e.Server.ReadyNotify()
	return "http://" + e.Clients[0].Addr().String()
}

// authenticated has an etcd ask for users: root may do all, team use the prefix of a
// fleet, reader read it, nobody nothing.
func authenticated(t *testing.T, endpoint string) {
	t.Helper()
	c, err := clientv3.New(clientv3.Config{Endpoints: []string{endpoint}, Logger: zap.NewNop()})
	must(t, err)
	defer func() { _ = c.Close() }()
	ctx, end := t.Context(), clientv3.GetPrefixRangeEnd(etcd.DefaultPrefix)
	for name, may := range map[string]clientv3.PermissionType{"team": clientv3.PermissionType(clientv3.PermReadWrite), "reader": clientv3.PermissionType(clientv3.PermRead)} {
		_, err := c.RoleAdd(ctx, name)
		must(t, err)
		_, err = c.RoleGrantPermission(ctx, name, etcd.DefaultPrefix, end, may)
		must(t, err)
	}
	_, err = c.RoleAdd(ctx, "root")
	must(t, err)
	for _, name := range []string{"root", "team", "reader", "nobody"} {
		_, err := c.UserAdd(ctx, name, "secret")
		must(t, err)
		if name == "nobody" {
			continue
		}
		_, err = c.UserGrantRole(ctx, name, name)
		must(t, err)
	}
	_, err = c.AuthEnable(ctx)
	must(t, err)
}

// A role for the prefix is all that a machine needs; one that may only read can look.
func TestRoleOfThePrefix(t *testing.T) {
	t.Setenv("MULTIACCOUNT_PASSPHRASE", "correct horse")
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o700))
	t.Setenv("MULTIACCOUNT_DIR", dir)
	endpoint, password := plainMember(t), filepath.Join(t.TempDir(), "password")
	authenticated(t, endpoint)
	must(t, os.WriteFile(password, []byte("secret\r\n"), 0o600))
	be := func(user string) {
		text := fmt.Sprintf(`{"store": {"kind": "etcd", "endpoints": [%q], "user": %q, "password_file": %q}}`, endpoint, user, password)
		must(t, os.WriteFile(filepath.Join(dir, settings.FileName), []byte(text), 0o600))
	}
	files, err := persistence.OpenFiles(dir)
	must(t, err)
	must(t, files.Create(t.Context(), storetest.Record("a")))
	must(t, files.Close())
	be("team")
	runs(t, 0, "fleet", "init")
	runs(t, 0, "fleet", "migrate")
	be("reader")
	if got := runs(t, 0, "fleet", "status"); !strings.Contains(got, `"provider": 1`) {
		t.Errorf("status: %s", got)
	}
	runs(t, 0, "fleet", "why")
	if got := runs(t, 1, "fleet", "migrate", "--out"); !strings.Contains(got, "read and write on the prefix") {
		t.Errorf("moving with a role that may only read: %s", got)
	}
	be("team")
	runs(t, 0, "fleet", "migrate", "--out")
}

// silent listens and says nothing, as a member that hangs.
func silent(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return "http://" + l.Addr().String()
}

// When etcd cannot be used, the command says in one line why, and what to do.
func TestWhatToDoWithoutEtcd(t *testing.T) {
	t.Setenv("MULTIACCOUNT_PASSPHRASE", "correct horse")
	cert, key := certificate(t, t.TempDir())
	otherCert, otherKey := certificate(t, t.TempDir())
	secure, open, closed := secureMember(t, cert, key), plainMember(t), plainMember(t)
	authenticated(t, closed)
	password, wrong := filepath.Join(t.TempDir(), "password"), filepath.Join(t.TempDir(), "wrong")
	must(t, os.WriteFile(password, []byte("secret\n"), 0o600))
	must(t, os.WriteFile(wrong, []byte("guess\n"), 0o600))
	user := func(name, file string) string { return fmt.Sprintf(`, "user": %q, "password_file": %q`, name, file) }
	files := func(ca, cert, key string) string {
		return fmt.Sprintf(`, "tls": {"ca": %q, "certificate": %q, "key": %q}`, ca, cert, key)
	}
	var asking sync.WaitGroup
	for name, c := range map[string]struct{ endpoint, more, why, do string }{
		"gone":                        {"http://127.0.0.1:1", "", "connection refused", "that etcd runs there"},
		"silent":                      {silent(t), "", "deadline exceeded", "that etcd runs there"},
		"TLS where none is":           {strings.Replace(open, "http", "https", 1), "", "EOF", "whether it speaks TLS"},
		"no TLS where it is":          {strings.Replace(secure, "https", "http", 1), "", "EOF", "whether it speaks TLS"},
		"unknown authority":           {secure, "", "unknown authority", "store.tls.ca"},
		"another authority":           {secure, fmt.Sprintf(`, "tls": {"ca": %q}`, otherCert), "unknown authority", "store.tls.ca"},
		"another name":                {strings.Replace(secure, "127.0.0.1", "localhost", 1), files(cert, cert, key), "match localhost", "a name that the member's"},
		"no certificate":              {secure, fmt.Sprintf(`, "tls": {"ca": %q}`, cert), "certificate required", "store.tls.certificate"},
		"somebody else's certificate": {secure, files(cert, otherCert, otherKey), "unknown certificate authority", "store.tls.certificate"},
		"no CA file":                  {secure, `, "tls": {"ca": "/nowhere/ca.pem"}`, "no such file", "store.tls.ca"},
		"no user":                     {closed, "", "user name is empty", "check the user"},
		"wrong password":              {closed, user("root", wrong), "authentication failed", "its password"},
		"no role":                     {closed, user("nobody", password), "permission denied", "read and write on the prefix"},
		"no fleet":                    {open, "", "no fleet under the prefix", "fleet init"},
	} {
		path := filepath.Join(t.TempDir(), settings.FileName)
		text := fmt.Sprintf(`{"store": {"kind": "etcd", "endpoints": [%q]%s}}`, c.endpoint, c.more)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		asking.Go(func() {
			begun := time.Now()
			err := openBy(t.Context(), path)
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("%s was told after %s", name, took)
			}
			if err == nil || !strings.Contains(err.Error(), c.why) || !strings.Contains(err.Error(), c.do) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: got %v, want %q and %q", name, err, c.why, c.do)
			}
		})
	}
	asking.Wait() // nearly all of them wait
}

// openBy opens the fleet of a settings file, as each command does.
func openBy(ctx context.Context, path string) error {
	s, err := settings.Load(path)
	if err != nil {
		return err
	}
	h := host{settings: s}
	if h.options, err = optionsFrom(s.Store); err != nil {
		return err
	}
	store, err := h.open(ctx)
	if err == nil {
		err = store.Close()
	}
	return err
}
