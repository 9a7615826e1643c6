package etcd_test

import (
	"context"
	"errors"
	"net/url"
	"testing"
	"time"

	"go.etcd.io/etcd/server/v3/embed"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/vault"
)

// member starts an etcd of one member on loopback, which ends with the test.
func member(tb testing.TB, change func(*embed.Config)) *embed.Etcd {
	tb.Helper()
	cfg := embed.NewConfig()
	cfg.Dir, cfg.LogLevel, cfg.LogOutputs = tb.TempDir(), "panic", []string{"/dev/null"}
	local := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	cfg.ListenPeerUrls, cfg.ListenClientUrls = []url.URL{local}, []url.URL{local}
	cfg.AdvertisePeerUrls, cfg.AdvertiseClientUrls = []url.URL{local}, []url.URL{local}
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
	cfg.UnsafeNoFsync = true // the tests do not cut the power
	if change != nil {
		change(cfg)
	}
	e, err := embed.StartEtcd(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(e.Close)
	select {
	case <-e.Server.ReadyNotify():
	case <-time.After(30 * time.Second):
		tb.Fatal("etcd does not begin")
	}
	return e
}

func address(e *embed.Etcd) string { return "http://" + e.Clients[0].Addr().String() }

// fleet initialises a fleet under a prefix of the test's own.
func fleet(tb testing.TB, prefix string, endpoints ...string) etcd.Options {
	tb.Helper()
	key, err := vault.NewKey()
	if err != nil {
		tb.Fatal(err)
	}
	o := etcd.Options{Endpoints: endpoints, Prefix: prefix, Cipher: key}
	initialise(tb, o, persistence.Encryption{Method: "test"})
	return o
}

// initialise makes a fleet. On a busy machine a try may get no answer, and be stored.
func initialise(tb testing.TB, o etcd.Options, e persistence.Encryption) {
	tb.Helper()
	tried := 0
	err := answered(func() error {
		err := etcd.Init(tb.Context(), o, e)
		if tried++; tried > 1 && errors.Is(err, etcd.ErrInitialised) {
			return nil
		}
		return err
	})
	must(tb, err)
}

// answered calls do until etcd answers, which it may do late on a busy machine.
func answered(do func() error) error {
	for end := time.Now().Add(long); ; {
		err := do()
		if !errors.Is(err, context.DeadlineExceeded) || time.Now().After(end) {
			return err
		}
	}
}

func open(tb testing.TB, o etcd.Options) *etcd.Store {
	tb.Helper()
	var s *etcd.Store
	must(tb, answered(func() (err error) {
		s, err = etcd.Open(tb.Context(), o)
		return err
	}))
	return s
}
