package etcd

import (
	"context"
	"errors"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// LockPool implements [persistence.Store].
func (s *Store) LockPool(ctx context.Context, provider string) (unlock func() error, err error) {
	if err := persistence.CheckProvider(provider); err != nil {
		return nil, err
	}
	t, _, err := s.lock(ctx, s.keys.poolCell(provider))
	if err != nil {
		return nil, poolError(provider, err)
	}
	return func() error { return s.release(t) }, nil
}

// UpdatePool implements [persistence.Store]. A state that cannot be read is
// replaced: it holds preferences, no logins.
func (s *Store) UpdatePool(ctx context.Context, provider string, mutate func(*persistence.PoolState)) (persistence.PoolState, error) {
	if err := persistence.CheckProvider(provider); err != nil {
		return persistence.PoolState{}, err
	}
	state, err := s.updatePool(ctx, s.keys.poolCell(provider), mutate)
	return state, poolError(provider, err)
}

func (s *Store) updatePool(ctx context.Context, c cell, mutate func(*persistence.PoolState)) (persistence.PoolState, error) {
	w := newWrite()
	for {
		at, err := s.see(c)
		switch {
		case err != nil:
			return persistence.PoolState{}, w.failed(err)
		case at.has(w.id):
			return s.decodePool(at.value)
		case at.queued:
			return s.updatePoolLocked(ctx, c, w, mutate)
		case ctx.Err() != nil:
			return persistence.PoolState{}, w.failed(ctx.Err())
		}
		state, done, err := s.rewritePool(c, at, w, mutate, c.unlocked())
		if done || err != nil {
			return state, err
		}
	}
}

func (s *Store) updatePoolLocked(ctx context.Context, c cell, w *write, mutate func(*persistence.PoolState)) (_ persistence.PoolState, err error) {
	t, at, err := s.lock(ctx, c)
	if err != nil {
		return persistence.PoolState{}, w.failed(err)
	}
	defer func() { err = errors.Join(err, s.release(t)) }() // also when mutate panics
	for !at.has(w.id) {
		state, done, err := s.rewritePool(c, at, w, mutate, t.fenced())
		if done || err != nil {
			return state, err
		}
		switch at, err = s.seeBy(c, t); {
		case err != nil:
			return persistence.PoolState{}, w.failed(err)
		case !at.fenced && !at.has(w.id):
			return persistence.PoolState{}, w.failed(ErrLapsed)
		}
	}
	return s.decodePool(at.value) // an earlier try was stored
}

func (s *Store) rewritePool(c cell, at seen, w *write, mutate func(*persistence.PoolState), guard clientv3.Cmp) (persistence.PoolState, bool, error) {
	state, err := s.decodePool(at.value)
	if errors.Is(err, persistence.ErrNewerVersion) {
		return persistence.PoolState{}, false, err
	}
	mutate(&state)
	sealed, err := s.encodePool(&state)
	if err != nil {
		return persistence.PoolState{}, false, err
	}
	done, err := s.swap(c, at, w, sealed, guard)
	if !done {
		return persistence.PoolState{}, false, err
	}
	state, err = s.decodePool(envelope{sealed: sealed}.bytes())
	return state, true, err
}
