package etcd_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

func TestEtcdIsAStore(t *testing.T) {
	at := address(member(t, nil))
	options := map[persistence.Store]etcd.Options{}
	openAt := func(t *testing.T, o etcd.Options) persistence.Store {
		t.Helper()
		s := open(t, o)
		options[s] = o
		return s
	}
	storetest.Run(t,
		func(t *testing.T) persistence.Store { t.Helper(); return openAt(t, fleet(t, t.Name(), at)) },
		func(t *testing.T, s persistence.Store) persistence.Store { t.Helper(); return openAt(t, options[s]) })
}
