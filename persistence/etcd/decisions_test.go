package etcd_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

// decided waits until s reads what is wanted of another store.
func decided(t *testing.T, s *etcd.Store, want string) {
	t.Helper()
	for end := time.Now().Add(long); ; {
		all, err := s.OthersDecisions(storetest.Provider)
		must(t, err)
		if len(all) == 1 && string(all[0]) == want {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("others decided %q, want %q", all, want)
		}
	}
}

// The latest decisions of a store are read by others, also after it has ended, and
// lie in etcd encrypted and on a lease.
func TestDecisionsOfOthers(t *testing.T) {
	t.Parallel()
	at := address(member(t, nil))
	o := fleet(t, "decided", at)
	s, other := closing(t, open(t, o)), open(t, o)
	must(t, other.SaveDecisions(storetest.Provider, []byte("one\n")))
	decided(t, s, "one\n")
	if mine, err := other.OthersDecisions(storetest.Provider); err != nil || len(mine) != 0 {
		t.Errorf("a store reads %q of itself, %v", mine, err)
	}
	must(t, other.SaveDecisions(storetest.Provider, []byte("one\ntwo\n")))
	must(t, other.Close()) // it stores what waited
	decided(t, s, "one\ntwo\n")
	c := plainClient(t, at)
	stored, err := c.Get(t.Context(), "decided/decisions/", clientv3.WithPrefix())
	must(t, err)
	kv := stored.Kvs[0]
	lease, err := c.TimeToLive(t.Context(), clientv3.LeaseID(kv.Lease))
	must(t, err)
	if bytes.Contains(kv.Value, []byte("two")) || lease.GrantedTTL != 24*60*60 {
		t.Errorf("they are stored as %q for %d s", kv.Value, lease.GrantedTTL)
	}
}

// Of more than etcd should hold, the latest are stored.
func TestManyDecisionsAreCut(t *testing.T) {
	t.Parallel()
	o := fleet(t, "cut", address(member(t, nil)))
	s, other := closing(t, open(t, o)), open(t, o)
	var lines strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&lines, "%d %d\n", rand.Uint64(), i) // it does not compress
	}
	must(t, other.SaveDecisions(storetest.Provider, []byte(lines.String())))
	must(t, other.Close())
	all, err := s.OthersDecisions(storetest.Provider)
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("decisions of %d stores", len(all))
	}
	if got := string(all[0]); len(got) < 16<<10 || len(got) > 100<<10 || !strings.HasSuffix(lines.String(), "\n"+got) {
		t.Errorf("%d bytes of %d are stored", len(got), lines.Len())
	}
}
