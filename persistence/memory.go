package persistence

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
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

// memoryWatch is one watch of a provider's accounts.
type memoryWatch struct {
	provider string
	// one keeps a watch from being told two things at once, and stop waiting.
	one     sync.Mutex
	changed func(id string)
}

// Watch implements [Store]. Nothing is ever missed, so nobody is told what is
// present.
func (m *Memory) Watch(provider string, w Watching) (stop func(), err error) {
	watch := &memoryWatch{provider: provider, changed: w.Changed}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.watches[watch] = true
	return func() {
		m.mu.Lock()
		delete(m.watches, watch)
		m.mu.Unlock()
		watch.one.Lock()
		defer watch.one.Unlock()
		watch.changed = func(string) {}
	}, nil
}

// tell informs the watches of a change. The caller holds no lock of m's.
func (m *Memory) tell(key Key) {
	m.mu.Lock()
	watches := slices.Collect(maps.Keys(m.watches))
	m.mu.Unlock()
	for _, w := range watches {
		if w.provider == key.Provider {
			w.one.Lock()
			w.changed(key.ID)
			w.one.Unlock()
		}
	}
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
	m.tell(key)
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

// Claim implements [Store]. Who shares a Memory shares a process, where
// nobody needs to keep out of the other's way.
func (m *Memory) Claim(provider string, _ []string) error { return checkProvider(provider) }

// LockPool implements [Store].
func (m *Memory) LockPool(ctx context.Context, provider string) (unlock func() error, err error) {
	if err := checkProvider(provider); err != nil {
		return nil, err
	}
	if err := m.locks.lock(ctx, provider); err != nil {
		return nil, poolError(provider, fmt.Errorf("%w: %w", ErrLocked, err))
	}
	return func() error {
		m.locks.unlock(provider)
		return nil
	}, nil
}

// UpdatePool implements [Store].
func (m *Memory) UpdatePool(ctx context.Context, provider string, mutate func(*PoolState)) (PoolState, error) {
	if err := cmp.Or(checkProvider(provider), ctx.Err()); err != nil {
		return PoolState{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	state := clonePool(m.pools[provider])
	mutate(&state)
	state.bound()
	m.pools[provider] = clonePool(state)
	return state, nil
}

func (m *Memory) acquire(ctx context.Context, key Key) (release func(), err error) {
	if err := key.check(); err != nil {
		return nil, err
	}
	name := key.Provider + "/" + key.ID
	if err := m.locks.lock(ctx, name); err != nil {
		return nil, accountError(key, fmt.Errorf("%w: %w", ErrLocked, err))
	}
	release = func() { m.locks.unlock(name) }
	if err := ctx.Err(); err != nil { // nobody waits for what would follow
		release()
		return nil, accountError(key, err)
	}
	return release, nil
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
	m.tell(key)
}

// heldInMemory is an account of a Memory under its lock.
type heldInMemory struct {
	store  *Memory
	key    Key
	record account.Record
	// release is nil after Unlock.
	release func()
}

func (h *heldInMemory) Record() account.Record { return h.record }

func (h *heldInMemory) Update(_ context.Context, mutate Mutation) (account.Record, error) {
	if h.release == nil {
		return account.Record{}, accountError(h.key, ErrUnlocked)
	}
	rec, err := h.store.update(h.key, mutate)
	if err == nil {
		h.record = rec
	}
	return rec, err
}

func (h *heldInMemory) Intend(i account.Intent) error {
	if h.release == nil {
		return accountError(h.key, ErrUnlocked)
	}
	h.store.mu.Lock()
	defer h.store.mu.Unlock()
	h.store.intents[h.key] = i
	return nil
}

func (h *heldInMemory) Intent() (*account.Intent, error) {
	h.store.mu.Lock()
	defer h.store.mu.Unlock()
	i, ok := h.store.intents[h.key]
	if !ok || i.Token != h.record.Credentials.RefreshToken.Fingerprint() {
		return nil, nil //nolint:nilnil // no intent is the usual case
	}
	return &i, nil
}

func (h *heldInMemory) Settle() error {
	if h.release == nil {
		return accountError(h.key, ErrUnlocked)
	}
	h.store.mu.Lock()
	defer h.store.mu.Unlock()
	delete(h.store.intents, h.key)
	return nil
}

func (h *heldInMemory) Unlock() error {
	if h.release != nil {
		h.release()
		h.release = nil
	}
	return nil
}

// byAge orders accounts as they were added.
func byAge(a, b account.Record) int {
	return cmp.Or(a.AddedAt.Compare(b.AddedAt), strings.Compare(a.ID, b.ID))
}

// cloneRecord returns a record that shares nothing that can be written to.
func cloneRecord(rec account.Record) account.Record {
	rec.Credentials.Scopes = slices.Clone(rec.Credentials.Scopes)
	rec.Limits = slices.Clone(rec.Limits)
	rec.Freed = slices.Clone(rec.Freed)
	rec.Usage = slices.Clone(rec.Usage)
	rec.Unknown = cloneUnknown(rec.Unknown)
	rec.Fault, rec.Lost = cloneFault(rec.Fault), cloneFault(rec.Lost)
	return rec
}

func cloneFault(f *account.Fault) *account.Fault {
	if f == nil {
		return nil
	}
	cloned := *f
	return &cloned
}

func clonePool(state PoolState) PoolState {
	state.Bindings = maps.Clone(state.Bindings)
	state.Limits, state.Freed = slices.Clone(state.Limits), slices.Clone(state.Freed)
	state.Alerts = maps.Clone(state.Alerts)
	state.Unknown = cloneUnknown(state.Unknown)
	return state
}

func cloneUnknown(unknown map[string]json.RawMessage) map[string]json.RawMessage {
	unknown = maps.Clone(unknown)
	for name, raw := range unknown {
		unknown[name] = slices.Clone(raw)
	}
	return unknown
}
