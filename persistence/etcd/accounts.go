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

// Create implements [persistence.Store].
func (s *Store) Create(ctx context.Context, rec account.Record) error {
	key := persistence.Key{Provider: rec.Provider, ID: rec.ID}
	if err := key.Check(); err != nil {
		return err
	}
	return s.createBy(ctx, key, rec, ticket{key: s.keys.account(key).locks})
}

// createBy stores a new account. With guards it needs the lock of the ticket.
func (s *Store) createBy(ctx context.Context, key persistence.Key, rec account.Record, by ticket, guards ...clientv3.Cmp) error {
	rec.Revision = 1
	sealed, err := s.encodeAccount(&rec)
	if err == nil {
		err = s.create(ctx, s.keys.account(key), sealed, by, guards...)
	}
	return accountError(key, err)
}

func (s *Store) create(ctx context.Context, c cell, sealed []byte, by ticket, guards ...clientv3.Cmp) error {
	w := newWrite()
	for {
		at, err := s.seeBy(c, by)
		switch {
		case err != nil:
			return w.failed(err)
		case at.has(w.id):
			return nil
		case at.value != nil:
			return persistence.ErrExists
		case len(guards) > 0 && !at.fenced:
			return w.failed(ErrLapsed)
		case ctx.Err() != nil:
			return w.failed(ctx.Err())
		}
		if done, err := s.swap(c, at, w, sealed, guards...); done || err != nil {
			return err
		}
	}
}

// Update implements [persistence.Store]. It queues for the lock only when somebody else
// has it. Otherwise the guards of the transaction are enough.
func (s *Store) Update(ctx context.Context, key persistence.Key, mutate persistence.Mutation) (rec account.Record, err error) {
	if err := key.Check(); err != nil {
		return account.Record{}, err
	}
	c, w := s.keys.account(key), newWrite()
	for {
		at, err := s.see(c)
		switch {
		case err != nil:
			return account.Record{}, accountError(key, w.failed(err))
		case at.has(w.id):
			rec, err := s.decodeAccount(key, at.value)
			return rec, accountError(key, err)
		case at.queued:
			return s.updateLocked(ctx, key, w, mutate)
		case ctx.Err() != nil:
			return account.Record{}, accountError(key, w.failed(ctx.Err()))
		}
		rec, done, err := s.rewrite(key, at, w, mutate, c.unlocked())
		if done || err != nil {
			return rec, accountError(key, err)
		}
	}
}

// updateLocked waits for its turn.
func (s *Store) updateLocked(ctx context.Context, key persistence.Key, w *write, mutate persistence.Mutation) (rec account.Record, err error) {
	h, err := s.hold(ctx, key)
	if err != nil {
		return account.Record{}, accountError(key, w.failed(err))
	}
	defer func() { err = errors.Join(err, h.Unlock()) }() // also when mutate panics
	return h.update(w, mutate)
}

// rewrite changes what was seen of an account, and reports whether the change is
// stored.
func (s *Store) rewrite(key persistence.Key, at seen, w *write, mutate persistence.Mutation, guards ...clientv3.Cmp) (account.Record, bool, error) {
	if at.value == nil {
		return account.Record{}, false, persistence.ErrNotFound
	}
	rec, err := s.decodeAccount(key, at.value)
	if err != nil {
		return account.Record{}, false, &persistence.UnreadableError{Quarantined: refused(key.ID, s.keys.account(key).key, err)}
	}
	last := rec.Revision
	mutate(&rec)
	rec.ID, rec.Provider, rec.Revision = key.ID, key.Provider, max(last, rec.Revision)+1
	sealed, err := s.encodeAccount(&rec)
	if err != nil {
		return account.Record{}, false, err
	}
	done, err := s.swap(s.keys.account(key), at, w, sealed, guards...)
	if !done {
		return account.Record{}, false, err
	}
	// Decoded again, so that it shares nothing with the record that mutate was given.
	rec, err = s.decodeSealed(key, sealed)
	return rec, true, err
}

func (s *Store) decodeSealed(key persistence.Key, sealed []byte) (account.Record, error) {
	return s.decodeAccount(key, envelope{sealed: sealed}.bytes())
}

// Remove implements [persistence.Store]. The account's intent goes with it.
func (s *Store) Remove(ctx context.Context, key persistence.Key) error {
	if err := key.Check(); err != nil {
		return err
	}
	return accountError(key, s.remove(ctx, s.keys.account(key)))
}

func (s *Store) remove(ctx context.Context, c cell) error {
	w := newWrite()
	for {
		at, err := s.see(c)
		switch {
		case err != nil:
			return w.failed(err)
		case at.queued:
			return w.failed(s.removeLocked(ctx, c))
		case ctx.Err() != nil:
			return w.failed(ctx.Err())
		case at.value == nil:
			return nil
		}
		if done, err := s.erase(c, at, w, c.unlocked()); done || err != nil {
			return err
		}
	}
}

func (s *Store) removeLocked(ctx context.Context, c cell) error {
	t, at, err := s.lock(ctx, c)
	if errors.Is(err, persistence.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	done, err := s.erase(c, at, newWrite(), t.fenced())
	if !done && err == nil {
		err = ErrLapsed
	}
	return errors.Join(err, s.release(t))
}

func (s *Store) erase(c cell, at seen, w *write, guard clientv3.Cmp) (bool, error) {
	gone := func(now seen) bool { return now.value == nil }
	return s.settle(c, at, w, gone, []clientv3.Cmp{guard, c.unchanged(at)}, clientv3.OpDelete(c.key), clientv3.OpDelete(c.intent))
}
