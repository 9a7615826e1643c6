package etcd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/vault"
)

const encryptionVersion = 1

// encryptionWire says how a fleet's values are encrypted. It is no secret: the wrapped
// key in it needs the passphrase.
type encryptionWire struct {
	Version int `json:"version"`
	persistence.Encryption
}

// Init makes a fleet under the prefix. Its values are encrypted with o.Cipher, and e says
// how that key is found again. The error is [ErrInitialised] when there is a fleet:
// nothing is ever overwritten.
func Init(ctx context.Context, o Options, e persistence.Encryption) error {
	e, err := e.Proven(o.Cipher)
	if err != nil {
		return fmt.Errorf("etcd: encrypting: %w", err)
	}
	e.Complete = true
	value, err := json.Marshal(encryptionWire{encryptionVersion, e})
	if err != nil {
		return err
	}
	return o.within(ctx, func(ctx context.Context, client *clientv3.Client) error {
		key := keys(o.prefix()).encryption()
		resp, err := client.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(key), "=", 0)).
			Then(clientv3.OpPut(key, string(value))).Commit()
		if err == nil && !resp.Succeeded {
			err = ErrInitialised
		}
		return err
	})
}

// Encryption returns how the fleet under the prefix is encrypted;
// [ErrNotInitialised] when there is none.
func Encryption(ctx context.Context, o Options) (persistence.Encryption, error) {
	var wire encryptionWire
	err := o.within(ctx, func(ctx context.Context, client *clientv3.Client) error {
		resp, err := client.Get(ctx, keys(o.prefix()).encryption())
		switch {
		case err != nil:
			return err
		case len(resp.Kvs) == 0:
			return ErrNotInitialised
		}
		return json.Unmarshal(resp.Kvs[0].Value, &wire)
	})
	switch {
	case err != nil:
		return persistence.Encryption{}, err
	case wire.Version > encryptionVersion:
		return persistence.Encryption{}, persistence.ErrNewerVersion
	case wire.Version < encryptionVersion:
		return persistence.Encryption{}, errors.New("etcd: the fleet does not say how its values are encrypted")
	}
	return wire.Encryption, nil
}

// Unlock returns the key of a fleet, for Options.Cipher. ask and its errors are
// those of [vault.Open].
func Unlock(ctx context.Context, o Options, ask func() (string, error)) (persistence.Cipher, error) {
	e, err := Encryption(ctx, o)
	if err != nil {
		return nil, err
	}
	key, err := vault.Unlock(e, ask)
	if err != nil {
		return nil, err
	}
	return key, nil
}
