package etcd

import (
	"context"
	"encoding/json"
	"slices"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// claimsWire is what one store claims.
type claimsWire struct {
	Instance

	Accounts []string `json:"accounts"`
}

// Claim implements [persistence.Store]. While etcd cannot be reached, the claim is
// remembered, and stored later.
func (s *Store) Claim(provider string, ids []string) error {
	if err := persistence.CheckProvider(provider); err != nil {
		return err
	}
	c := s.session
	c.mu.Lock()
	c.claims[provider] = slices.Clone(ids)
	lease := c.lease
	c.mu.Unlock()
	if lease == 0 {
		return nil
	}
	return poolError(provider, storageError(s.endpoints, c.tell(lease, provider, ids)))
}

func (c *session) tell(lease clientv3.LeaseID, provider string, ids []string) error {
	claims, err := json.Marshal(claimsWire{c.store.instance(), ids})
	if err != nil {
		return err
	}
	_, err = call(c.store.running, func(ctx context.Context) (*clientv3.PutResponse, error) {
		return c.store.client.Put(ctx, c.store.keys.claims(provider)+c.store.name, string(claims), clientv3.WithLease(lease))
	})
	return err
}

// readClaims returns nothing for a value that cannot be read: claims are only a
// preference.
func readClaims(value []byte) []string {
	var wire claimsWire
	_ = json.Unmarshal(value, &wire) // what does not fit stays empty
	return wire.Accounts
}
