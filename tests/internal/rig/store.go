package rig

import (
	"context"
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// Op is what a [Store] is asked to do.
type Op string

// The operations. OpCommit is an Update under a lock that is held.
const (
	OpLoad   Op = "load"
	OpCreate Op = "create"
	OpUpdate Op = "update"
	OpCommit Op = "commit"
	OpRemove Op = "remove"
	OpLock   Op = "lock"
	OpIntend Op = "intend"
	OpPool   Op = "pool"
)

// Store is a store whose operations fail as a test wants. It is safe for
// concurrent use.
type Store struct {
	persistence.Store
	before atomic.Pointer[func(Op) error]
}

// NewStore returns a store that does what inner does.
func NewStore(inner persistence.Store) *Store {
	s := &Store{Store: inner}
	s.Before(func(Op) error { return nil })
	return s
}

// Before has f called before each operation, which fails with its error.
func (s *Store) Before(f func(Op) error) { s.before.Store(&f) }

// Fail makes the next n of these operations fail with err.
func (s *Store) Fail(n int, err error, ops ...Op) {
	var left atomic.Int64
	left.Store(int64(n))
	s.Before(func(op Op) error {
		for _, o := range ops {
			if o == op && left.Add(-1) >= 0 {
				return err
			}
		}
		return nil
	})
}

func (s *Store) ask(op Op) error { return (*s.before.Load())(op) }

// Load implements [persistence.Store].
func (s *Store) Load(ctx context.Context, provider string) (persistence.Snapshot, error) {
	if err := s.ask(OpLoad); err != nil {
		return persistence.Snapshot{}, err
	}
	return s.Store.Load(ctx, provider)
}

// Create implements [persistence.Store].
func (s *Store) Create(ctx context.Context, rec account.Record) error {
	if err := s.ask(OpCreate); err != nil {
		return err
	}
	return s.Store.Create(ctx, rec)
}

// Update implements [persistence.Store].
func (s *Store) Update(ctx context.Context, key persistence.Key, mutate persistence.Mutation) (account.Record, error) {
	if err := s.ask(OpUpdate); err != nil {
		return account.Record{}, err
	}
	return s.Store.Update(ctx, key, mutate)
}

// Remove implements [persistence.Store].
func (s *Store) Remove(ctx context.Context, key persistence.Key) error {
	if err := s.ask(OpRemove); err != nil {
		return err
	}
	return s.Store.Remove(ctx, key)
}

// UpdatePool implements [persistence.Store].
func (s *Store) UpdatePool(ctx context.Context, provider string, mutate func(*persistence.PoolState)) (persistence.PoolState, error) {
	if err := s.ask(OpPool); err != nil {
		return persistence.PoolState{}, err
	}
	return s.Store.UpdatePool(ctx, provider, mutate)
}

// Lock implements [persistence.Store].
func (s *Store) Lock(ctx context.Context, key persistence.Key) (persistence.Locked, error) {
	if err := s.ask(OpLock); err != nil {
		return nil, err
	}
	locked, err := s.Store.Lock(ctx, key)
	if err != nil {
		return nil, err
	}
	return heldLock{Locked: locked, store: s}, nil
}

// heldLock is a lock whose Update may fail.
type heldLock struct {
	persistence.Locked
	store *Store
}

func (l heldLock) Update(ctx context.Context, mutate persistence.Mutation) (account.Record, error) {
	if err := l.store.ask(OpCommit); err != nil {
		return account.Record{}, err
	}
	return l.Locked.Update(ctx, mutate)
}

func (l heldLock) Intend(intent account.Intent) error {
	if err := l.store.ask(OpIntend); err != nil {
		return err
	}
	return l.Locked.Intend(intent)
}
