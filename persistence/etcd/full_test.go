package etcd_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

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
