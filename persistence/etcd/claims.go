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
	return poolError(provider, storageError(s.endpoints, c.tell(lease, provider)))
}

// tell stores the latest claims. One call at a time, so that none is stored over later
// ones.
func (c *session) tell(lease clientv3.LeaseID, provider string) error {
	c.telling.Lock()
	defer c.telling.Unlock()
	c.mu.Lock()
	wire := claimsWire{c.store.instance(), c.claims[provider]}
	c.mu.Unlock()
	claims, err := json.Marshal(wire)
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
