package etcd

import (
	"context"
	"errors"
	"sync"

	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

var _ persistence.Adder = (*Store)(nil)

// Add implements [persistence.Adder]. It holds the pool's lock from the check until
// the account is stored, and stores nothing once the lock has lapsed.
func (s *Store) Add(ctx context.Context, rec account.Record) (err error) {
	key := persistence.Key{Provider: rec.Provider, ID: rec.ID}
	if err := key.Check(); err != nil {
		return err
	}
	t, _, err := s.lock(ctx, s.keys.poolCell(rec.Provider))
	if err != nil {
		return poolError(rec.Provider, err)
	}
	defer func() { err = errors.Join(err, s.release(t)) }()
	holder, err := s.holderOf(ctx, &rec)
	switch {
	case err != nil:
		return poolError(rec.Provider, err)
	case holder != nil:
		return &persistence.KnownLoginError{Holder: *holder}
	}
	return s.createBy(ctx, key, rec, t, t.fenced())
}

// holderOf returns another account that has rec's login; nil for none. The caller
// holds the pool's lock.
func (s *Store) holderOf(ctx context.Context, rec *account.Record) (*account.Record, error) {
	ids, err := s.holders(ctx, rec)
	for _, id := range ids {
		holder, err := s.Read(ctx, persistence.Key{Provider: rec.Provider, ID: id})
		if err == nil && holder.Login().Same(rec.Login()) {
			return &holder, nil
		}
	}
	return nil, err
}

// holders returns the ids of the other accounts that had rec's login when they were
// last read: one of them may be gone.
func (s *Store) holders(ctx context.Context, rec *account.Record) ([]string, error) {
	s.logins.mu.Lock()
	defer s.logins.mu.Unlock()
	known, err := s.logins.read(ctx, s, rec.Provider)
	var ids []string
	for id, login := range known {
		if id != rec.ID && login.Same(rec.Login()) {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// readLogins are the logins of the accounts that were read, so that an add reads
// only those that changed since the one before.
type readLogins struct {
	mu sync.Mutex
	of map[string]*poolLogins
}

// poolLogins are the logins of one provider, by the id of their account, as of a
// revision.
type poolLogins struct {
	at int64
	of map[string]account.Login
}

// read returns the logins that are stored, and perhaps those of accounts that are
// gone.
func (r *readLogins) read(ctx context.Context, s *Store, provider string) (map[string]account.Login, error) {
	known := r.of[provider]
	if known == nil {
		known = &poolLogins{of: map[string]account.Login{}}
		r.of[provider] = known
	}
	for {
		err := known.update(ctx, s, provider)
		if !errors.Is(err, rpctypes.ErrCompacted) { // else that moment has been forgotten
			return known.of, err
		}
	}
}

// update reads the accounts that were written since the last time.
func (p *poolLogins) update(ctx context.Context, s *Store, provider string) error {
	now, err := s.get(ctx, s.keys.poolCell(provider).key, clientv3.WithCountOnly())
	if err != nil {
		return err
	}
	err = s.eachAccount(ctx, provider, now.Header.Revision, func(key persistence.Key, kv *mvccpb.KeyValue) {
		if rec, err := s.decodeAccount(key, kv.Value); err == nil {
			p.of[key.ID] = rec.Login()
		}
	}, clientv3.WithMinModRev(p.at+1))
	if err == nil {
		p.at = now.Header.Revision
	}
	return err
}
