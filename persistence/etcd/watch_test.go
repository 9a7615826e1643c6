package etcd_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

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
