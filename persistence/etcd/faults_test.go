package etcd_test

import (
	"context"
	"errors"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

var storeKey = persistence.Key{Provider: storetest.Provider, ID: "a"}

func plainClient(t *testing.T, endpoint string) *clientv3.Client {
	t.Helper()
	c, err := clientv3.New(clientv3.Config{Endpoints: []string{endpoint}, Logger: zap.NewNop()})
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func relabel(s *etcd.Store, label string) error {
	_, err := s.Update(context.Background(), storeKey, func(r *account.Record) { r.Label = label })
	return err
}

// closing closes a store at the test's end.
func closing(tb testing.TB, s *etcd.Store) *etcd.Store {
	tb.Helper()
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// Nothing that was acknowledged is lost when every member is killed, and the store
// is used again by itself.
func TestRestartOfAllMembers(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	s := closing(t, open(t, fleet(t, "restarted", c.endpoints...)))
	must(t, s.Create(t.Context(), storetest.Record("a")))
	must(t, relabel(s, "acknowledged"))
	l, err := s.Lock(t.Context(), storeKey)
	must(t, err)
	for i := range c.processes {
		c.kill(i)
	}
	begun := time.Now()
	var failed *persistence.StorageError
	if _, err := l.Update(t.Context(), func(*account.Record) {}); !errors.As(err, &failed) {
		t.Errorf("a write without etcd: %v", err)
	}
	if took := time.Since(begun); took > long { // 10 s, when the machine does nothing else
		t.Errorf("it was told after %s", took)
	}
	_ = l.Unlock() // it cannot be told
	for i := range c.processes {
		c.start(i)
	}
	c.ready()
	for end := time.Now().Add(long); ; {
		rec, err := s.Read(t.Context(), storeKey)
		if err == nil && rec.Label == "acknowledged" {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("read %q, %v", rec.Label, err)
		}
	}
	must(t, relabel(s, "after")) // the lock that could not be given back has gone
}

// What a store held is free soon after its process has died.
func TestDeadHostsClaimsEnd(t *testing.T) {
	t.Parallel()
	s := newStage(t, 1, 0, false, address(member(t, nil)))
	dead := startEngine(t, s.config)
	if got := dead.do("acquire", s.ids[0]); got.Error != "" {
		t.Fatal(got.Error)
	}
	claimed := make(chan map[string]bool, 100)
	stop, err := s.store.Watch("anthropic", persistence.Watching{
		Changed: func(string) {}, Present: func([]string) {}, Claimed: func(ids map[string]bool) { claimed <- ids },
	})
	must(t, err)
	defer stop()
	for tells := false; !tells; tells = heard(t, claimed)[s.ids[0]] {
		t.Log("waiting for the claim")
	}
	begun := time.Now()
	must(t, dead.cmd.Process.Kill())
	for tells := true; tells; tells = heard(t, claimed)[s.ids[0]] {
		t.Log("waiting for its end")
	}
	t.Logf("the claims of a dead host were gone after %s", time.Since(begun).Round(100*time.Millisecond))
}
