package etcd_test

import (
	"errors"
	"strings"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

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
