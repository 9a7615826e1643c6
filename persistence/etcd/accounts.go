package etcd

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// page is how many accounts one answer of etcd may have.
const page = 500

// Load implements [persistence.Store]. What it returns was stored at one moment.
func (s *Store) Load(ctx context.Context, provider string) (persistence.Snapshot, error) {
	if err := persistence.CheckProvider(provider); err != nil {
		return persistence.Snapshot{}, err
	}
	for {
		snap, err := s.load(ctx, provider)
		if !errors.Is(err, rpctypes.ErrCompacted) { // else that moment has been forgotten
			return snap, poolError(provider, err)
		}
	}
}

func (s *Store) load(ctx context.Context, provider string) (snap persistence.Snapshot, err error) {
	pool, err := s.get(ctx, s.keys.poolCell(provider).key)
	if err != nil {
		return snap, err
	}
	for _, kv := range pool.Kvs {
		if snap.Pool, err = s.decodePool(kv.Value); err != nil {
			snap.Quarantined = append(snap.Quarantined, refused("", string(kv.Key), err))
		}
	}
	err = s.eachAccount(ctx, provider, pool.Header.Revision, func(key persistence.Key, kv *mvccpb.KeyValue) {
		rec, err := s.decodeAccount(key, kv.Value)
		if err != nil {
			snap.Quarantined = append(snap.Quarantined, refused(key.ID, string(kv.Key), err))
			return
		}
		snap.Accounts = append(snap.Accounts, rec)
	})
	slices.SortFunc(snap.Accounts, persistence.ByAge)
	return snap, err
}

// eachAccount calls do with every account of a provider as of a revision, or with those
// that the options in which select.
func (s *Store) eachAccount(ctx context.Context, provider string, at int64, do func(persistence.Key, *mvccpb.KeyValue), which ...clientv3.OpOption) error {
	prefix := s.keys.accounts(provider)
	for from := prefix; ; {
		with := append([]clientv3.OpOption{clientv3.WithRange(clientv3.GetPrefixRangeEnd(prefix)), clientv3.WithLimit(page), clientv3.WithRev(at)}, which...)
		resp, err := s.get(ctx, from, with...)
		if err != nil {
			return err
		}
		for _, kv := range resp.Kvs {
			do(persistence.Key{Provider: provider, ID: strings.TrimPrefix(string(kv.Key), prefix)}, kv)
			from = string(kv.Key) + "\x00"
		}
		if !resp.More {
			return nil
		}
	}
}

// refused describes a value that cannot be used. It stays where it is.
func refused(id, key string, err error) persistence.Quarantined {
	return persistence.Quarantined{ID: id, Path: key, InPlace: true, Reason: err.Error(), Err: err, At: time.Now()}
}

// Read implements [persistence.Store].
func (s *Store) Read(_ context.Context, key persistence.Key) (account.Record, error) {
	if err := key.Check(); err != nil {
		return account.Record{}, err
	}
	resp, err := s.get(s.running, s.keys.account(key).key)
	if err != nil {
		return account.Record{}, accountError(key, err)
	}
	if len(resp.Kvs) == 0 {
		return account.Record{}, accountError(key, persistence.ErrNotFound)
	}
	rec, err := s.decodeAccount(key, resp.Kvs[0].Value)
	if err != nil {
		err = &persistence.UnreadableError{Quarantined: refused(key.ID, string(resp.Kvs[0].Key), err)}
	}
	return rec, accountError(key, err)
}
