package etcd

import (
	"context"
	"errors"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

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
