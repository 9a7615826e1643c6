package etcd

import (
	"context"
	"errors"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/persistence"
)

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
	return errors.Join(s.eraseBy(c, t, at), s.release(t))
}

// eraseBy removes a cell under its lock.
func (s *Store) eraseBy(c cell, t ticket, at seen) error {
	w := newWrite()
	for {
		if done, err := s.erase(c, at, w, t.fenced()); done || err != nil {
			return err
		}
		var err error
		switch at, err = s.seeBy(c, t); {
		case err != nil:
			return w.failed(err)
		case at.value == nil:
			return nil
		case !at.fenced:
			return w.failed(ErrLapsed)
		}
	}
}

func (s *Store) erase(c cell, at seen, w *write, guard clientv3.Cmp) (bool, error) {
	gone := func(now seen) bool { return now.value == nil }
	return s.settle(c, at, w, gone, []clientv3.Cmp{guard, c.unchanged(at)}, clientv3.OpDelete(c.key), clientv3.OpDelete(c.intent))
}
