package etcd_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
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

// A watch whose revision etcd has forgotten lists everything, and goes on.
func TestCompactionUnderAWatch(t *testing.T) {
	t.Parallel()
	at := address(member(t, nil))
	wire := newRelay(t, at)
	o := fleet(t, "compacted", at)
	by := closing(t, open(t, o))
	must(t, by.Create(t.Context(), storetest.Record("a")))
	must(t, by.Create(t.Context(), storetest.Record("removed")))
	o.Endpoints = []string{wire.url}
	s := closing(t, open(t, o))
	changed, present, pools := make(chan string, 100), make(chan []string, 100), make(chan persistence.PoolState, 100)
	stop, err := s.Watch(storetest.Provider, persistence.Watching{
		Changed: func(id string) { changed <- id }, Present: func(ids []string) { present <- ids },
		Claimed: func(map[string]bool) {}, Pool: func(p persistence.PoolState) { pools <- p },
	})
	must(t, err)
	defer stop()
	must(t, relabel(by, "seen"))
	heard(t, changed)
	wire.cut()
	must(t, relabel(by, "missed"))
	must(t, by.Remove(t.Context(), persistence.Key{Provider: storetest.Provider, ID: "removed"}))
	_, err = by.UpdatePool(t.Context(), storetest.Provider, func(p *persistence.PoolState) { p.Active = "a" })
	must(t, err)
	c := plainClient(t, at)
	now, err := c.Get(t.Context(), "any")
	must(t, err)
	_, err = c.Compact(t.Context(), now.Header.Revision, clientv3.WithCompactPhysical())
	must(t, err)
	wire.mend()
	if got := heard(t, present); len(got) != 1 || got[0] != "a" {
		t.Errorf("present are %v, want a alone", got)
	}
	if got := heard(t, changed); got != "a" {
		t.Errorf("told of %q", got)
	}
	if got := heard(t, pools); got.Active != "a" {
		t.Errorf("told of the pool %+v", got)
	}
	must(t, relabel(by, "and then"))
	heard(t, changed)
}

// deaf hears nothing that is read, for a time.
type deaf struct {
	clientv3.KV
	hears *atomic.Bool
}

func (d deaf) Get(ctx context.Context, key string, with ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	if !d.hears.Load() {
		return nil, rpctypes.ErrPermissionDenied // it is not tried again
	}
	return d.KV.Get(ctx, key, with...)
}

// A watch that begins while etcd does not answer is a watch all the same.
func TestWatchThatBeginsInAnOutage(t *testing.T) {
	t.Parallel()
	o := fleet(t, "outage", address(member(t, nil)))
	s, other := closing(t, open(t, o)), closing(t, open(t, o))
	must(t, other.Create(t.Context(), storetest.Record("a")))
	must(t, other.Claim(storetest.Provider, []string{"a"}))
	hears := &atomic.Bool{}
	s.Wrap(func(kv clientv3.KV) clientv3.KV { return deaf{kv, hears} })
	changed, claimed := make(chan string, 100), make(chan map[string]bool, 100)
	stop, err := s.Watch(storetest.Provider, persistence.Watching{
		Changed: func(id string) { changed <- id }, Present: func([]string) {}, Claimed: func(ids map[string]bool) { claimed <- ids },
	})
	must(t, err)
	defer stop()
	hears.Store(true)
	if got := heard(t, changed); got != "a" {
		t.Errorf("told of %q", got)
	}
	if got := heard(t, claimed); !got["a"] {
		t.Errorf("told of the claims %v", got)
	}
	must(t, relabel(other, "and then"))
	heard(t, changed)
}

func heard[T any](t *testing.T, told <-chan T) T {
	t.Helper()
	select {
	case got := <-told:
		return got
	case <-time.After(long):
		t.Fatal("not told")
		panic("unreachable")
	}
}

// An etcd that is full keeps what it has, says so, and is used again when there is
// room.
func TestFullEtcd(t *testing.T) {
	t.Parallel()
	at := address(member(t, func(c *embed.Config) { c.QuotaBackendBytes = 2 << 20 }))
	o := fleet(t, "full", at)
	s := closing(t, open(t, o))
	must(t, s.Create(t.Context(), storetest.Record("a")))
	c := plainClient(t, at)
	fillUp(t, c)
	var full *persistence.StorageError
	if err := relabel(s, "no room"); !errors.As(err, &full) || !strings.Contains(full.Fix, "alarm disarm") {
		t.Errorf("a write to a full etcd: %v", err)
	}
	if _, err := s.Lock(t.Context(), storeKey); !errors.As(err, &full) {
		t.Errorf("a lock in a full etcd: %v", err)
	}
	if _, err := etcd.Open(t.Context(), o); !errors.As(err, &full) || !strings.Contains(full.Fix, "alarm disarm") {
		t.Errorf("opening in a full etcd: %v", err)
	}
	rec, err := s.Read(t.Context(), storeKey)
	if err != nil || rec.Label == "no room" {
		t.Errorf("read %q, %v", rec.Label, err)
	}
	v, err := etcd.OpenView(t.Context(), o)
	must(t, err)
	status, err := v.Status(t.Context())
	if must(t, err); !slices.Equal(status.Alarms, []string{"NOSPACE"}) || status.Accounts[storetest.Provider] != 1 || len(status.Instances) != 1 {
		t.Errorf("the status of a full etcd: %+v", status)
	}
	must(t, v.Close())
	makeRoom(t, c, at)
	must(t, relabel(s, "room"))
}

// A login that its token was spent for is stored under its lock once there is room:
// there is no other copy of it.
func TestSpentLoginWaitsForRoom(t *testing.T) {
	t.Parallel()
	at := address(member(t, func(c *embed.Config) { c.QuotaBackendBytes = 2 << 20 }))
	s := closing(t, open(t, fleet(t, "spent", at)))
	must(t, s.Create(t.Context(), storetest.Record("a")))
	l, err := s.Lock(t.Context(), storeKey)
	must(t, err)
	_, err = l.(persistence.Lapsing).Reserve(t.Context(), 30*time.Second)
	must(t, err)
	c := plainClient(t, at)
	fillUp(t, c)
	stored := make(chan error, 1)
	go func() {
		_, err := l.Update(t.Context(), func(r *account.Record) { r.Credentials.RefreshToken = account.NewSecret("new") })
		stored <- err
	}()
	select {
	case err := <-stored:
		t.Fatalf("it was given up in a full etcd: %v", err)
	case <-time.After(time.Second):
	}
	makeRoom(t, c, at)
	must(t, <-stored)
	must(t, l.Unlock())
}

// fillUp writes until etcd takes no more.
func fillUp(t *testing.T, c *clientv3.Client) {
	t.Helper()
	for {
		_, err := c.Put(t.Context(), "filler", strings.Repeat("x", 200<<10))
		if errors.Is(err, rpctypes.ErrNoSpace) {
			return
		}
		must(t, err)
	}
}

func makeRoom(t *testing.T, c *clientv3.Client, at string) {
	t.Helper()
	now, err := c.Delete(t.Context(), "filler")
	must(t, err)
	_, err = c.Compact(t.Context(), now.Header.Revision, clientv3.WithCompactPhysical())
	must(t, err)
	_, err = c.Defragment(t.Context(), at)
	must(t, err)
	_, err = c.AlarmDisarm(t.Context(), &clientv3.AlarmMember{})
	must(t, err)
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

// Nothing of a login leaves the machine in plain text.
func TestValuesAreEncrypted(t *testing.T) {
	t.Parallel()
	at := address(member(t, nil))
	s := closing(t, open(t, fleet(t, "sealed", at)))
	rec := storetest.Record("a")
	must(t, s.Create(t.Context(), rec))
	l, err := s.Lock(t.Context(), storeKey)
	must(t, err)
	must(t, l.Intend(account.Intent{Token: rec.Credentials.RefreshToken.Fingerprint()}))
	must(t, l.Unlock())
	_, err = s.UpdatePool(t.Context(), storetest.Provider, func(p *persistence.PoolState) { p.Pinned = "pinned-account" })
	must(t, err)
	all, err := plainClient(t, at).Get(t.Context(), "sealed", clientv3.WithPrefix())
	must(t, err)
	if len(all.Kvs) < 4 {
		t.Fatalf("%d keys are stored", len(all.Kvs))
	}
	for _, kv := range all.Kvs {
		for _, secret := range []string{"access-a", "refresh-a", "key-a", "a@example.com", rec.Credentials.RefreshToken.Fingerprint(), "pinned-account"} {
			if strings.Contains(string(kv.Value), secret) {
				t.Errorf("%s holds %s", kv.Key, secret)
			}
		}
	}
}

// Another key opens nothing, and a prefix without a fleet is no empty fleet.
func TestOpenNeedsTheFleetsKey(t *testing.T) {
	t.Parallel()
	at := address(member(t, nil))
	o := fleet(t, "one", at)
	other := fleet(t, "two", at)
	o.Cipher = other.Cipher
	opens := func() error {
		return answered(func() error {
			_, err := etcd.Open(t.Context(), o)
			return err
		})
	}
	if err := opens(); !errors.Is(err, persistence.ErrSealed) {
		t.Errorf("with another key: %v", err)
	}
	err := answered(func() error { return etcd.Init(t.Context(), o, persistence.Encryption{}) })
	if !errors.Is(err, etcd.ErrInitialised) {
		t.Errorf("a second Init: %v", err)
	}
	o.Prefix = "three"
	if err := opens(); !errors.Is(err, etcd.ErrNotInitialised) {
		t.Errorf("without a fleet: %v", err)
	}
}
