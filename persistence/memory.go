package persistence

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/seed-810f1486/multiaccount/account"
)

// Memory is a [Store] that keeps everything in memory and loses it with the
// process: for tests, and for hosts that want nothing on disk. It is safe for
// concurrent use.
type Memory struct {
	locks keyedMutex

	mu       sync.Mutex
	accounts map[Key]account.Record
	intents  map[Key]account.Intent
	pools    map[string]PoolState
	watches  map[*memoryWatch]bool
}

var _ Store = (*Memory)(nil)

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{
		accounts: make(map[Key]account.Record), intents: make(map[Key]account.Intent), pools: make(map[string]PoolState),
		watches: make(map[*memoryWatch]bool),
	}
}

// Close implements [Store].
func (m *Memory) Close() error { return nil }

// Load implements [Store].
func (m *Memory) Load(ctx context.Context, provider string) (Snapshot, error) {
	if err := cmp.Or(checkProvider(provider), ctx.Err()); err != nil {
		return Snapshot{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	snap := Snapshot{Pool: clonePool(m.pools[provider])}
	for key, rec := range m.accounts {
		if key.Provider == provider {
			snap.Accounts = append(snap.Accounts, cloneRecord(rec))
		}
	}
	slices.SortFunc(snap.Accounts, byAge)
	return snap, nil
}

// Read implements [Store].
func (m *Memory) Read(_ context.Context, key Key) (account.Record, error) {
	rec, ok := m.get(key)
	if !ok {
		return account.Record{}, accountError(key, ErrNotFound)
	}
	return rec, nil
}

// Create implements [Store].
func (m *Memory) Create(ctx context.Context, rec account.Record) error {
	key := Key{Provider: rec.Provider, ID: rec.ID}
	release, err := m.acquire(ctx, key)
	if err != nil {
		return err
	}
	defer release()
	if _, ok := m.get(key); ok {
		return accountError(key, ErrExists)
	}
	rec.Revision = 1
	m.put(key, rec)
	return nil
}

// Add implements [Adder].
func (m *Memory) Add(ctx context.Context, rec account.Record) error {
	release, err := m.acquirePool(ctx, rec.Provider)
	if err != nil {
		return err
	}
	defer release()
	if holder := m.holderOf(&rec); holder != nil {
		return &KnownLoginError{*holder}
	}
	return m.Create(ctx, rec)
}

func (m *Memory) holderOf(rec *account.Record) *account.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, stored := range m.accounts {
		if key.Provider == rec.Provider && key.ID != rec.ID && stored.Login().Same(rec.Login()) {
			holder := cloneRecord(stored)
			return &holder
		}
	}
	return nil
}

// Update implements [Store].
func (m *Memory) Update(ctx context.Context, key Key, mutate Mutation) (account.Record, error) {
	release, err := m.acquire(ctx, key)
	if err != nil {
		return account.Record{}, err
	}
	defer release()
	return m.update(key, mutate)
}

// Remove implements [Store].
func (m *Memory) Remove(ctx context.Context, key Key) error {
	release, err := m.acquire(ctx, key)
	if err != nil {
		return err
	}
	defer release()
	m.mu.Lock()
	delete(m.accounts, key)
	delete(m.intents, key)
	m.mu.Unlock()
	m.tellChanged(key)
	return nil
}

// Lock implements [Store].
func (m *Memory) Lock(ctx context.Context, key Key) (Locked, error) {
	release, err := m.acquire(ctx, key)
	if err != nil {
		return nil, err
	}
	rec, ok := m.get(key)
	if !ok {
		release()
		return nil, accountError(key, ErrNotFound)
	}
	return &heldInMemory{store: m, key: key, record: rec, release: release}, nil
}

// Claim implements [Store]. All users of a Memory are in one process and need no
// claims.
func (m *Memory) Claim(provider string, _ []string) error { return checkProvider(provider) }

// LockPool implements [Store].
func (m *Memory) LockPool(ctx context.Context, provider string) (unlock func() error, err error) {
	release, err := m.acquirePool(ctx, provider)
	if err != nil {
		return nil, err
	}
	return func() error {
		release()
		return nil
	}, nil
}

// UpdatePool implements [Store].
func (m *Memory) UpdatePool(ctx context.Context, provider string, mutate func(*PoolState)) (PoolState, error) {
	release, err := m.acquirePool(ctx, provider)
	if err != nil {
		return PoolState{}, err
	}
	defer release()
	m.mu.Lock()
	state := clonePool(m.pools[provider])
	m.mu.Unlock()
	mutate(&state)
	state.bound()
	m.mu.Lock()
	m.pools[provider] = clonePool(state)
	m.mu.Unlock()
	m.tell(provider, func(w *memoryWatch) { w.pool(clonePool(state)) })
	return state, nil
}

func (m *Memory) acquirePool(ctx context.Context, provider string) (release func(), err error) {
	if err := checkProvider(provider); err != nil {
		return nil, err
	}
	if err := m.wait(ctx, provider); err != nil {
		return nil, poolError(provider, err)
	}
	return func() { m.locks.unlock(provider) }, nil
}

func (m *Memory) acquire(ctx context.Context, key Key) (release func(), err error) {
	if err := key.check(); err != nil {
		return nil, err
	}
	name := key.Provider + "/" + key.ID
	if err := m.wait(ctx, name); err != nil {
		return nil, accountError(key, err)
	}
	return func() { m.locks.unlock(name) }, nil
}

// wait takes a lock, unless ctx ends first.
func (m *Memory) wait(ctx context.Context, name string) error {
	if err := m.locks.lock(ctx, name); err != nil {
		return fmt.Errorf("%w: %w", ErrLocked, err)
	}
	err := ctx.Err()
	if err != nil { // the caller has given up
		m.locks.unlock(name)
	}
	return err
}

func (m *Memory) update(key Key, mutate Mutation) (account.Record, error) {
	rec, ok := m.get(key)
	if !ok {
		return account.Record{}, accountError(key, ErrNotFound)
	}
	last := rec.Revision
	mutate(&rec)
	rec.ID, rec.Provider, rec.Revision = key.ID, key.Provider, max(last, rec.Revision)+1
	m.put(key, rec)
	return rec, nil
}

func (m *Memory) get(key Key) (account.Record, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rec, ok := m.accounts[key]
	return cloneRecord(rec), ok
}

func (m *Memory) put(key Key, rec account.Record) {
	m.mu.Lock()
	m.accounts[key] = cloneRecord(rec)
	m.mu.Unlock()
	m.tellChanged(key)
}
