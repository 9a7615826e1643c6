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
	// one makes calls of a watch run one at a time, and makes stop wait for them.
	one     sync.Mutex
	changed func(id string)
	pool    func(state PoolState)
}

// Watch implements [Store]. No change is ever missed, so Present is never called.
func (m *Memory) Watch(provider string, w Watching) (stop func(), err error) {
	watch := &memoryWatch{provider: provider, changed: w.Changed, pool: w.Pool}
	if watch.pool == nil {
		watch.pool = func(PoolState) {}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.watches[watch] = true
	return func() {
		m.mu.Lock()
		delete(m.watches, watch)
		m.mu.Unlock()
		watch.one.Lock()
		defer watch.one.Unlock()
		watch.changed, watch.pool = func(string) {}, func(PoolState) {}
	}, nil
}

// tell calls the watches of a provider. The caller does not hold m.mu.
func (m *Memory) tell(provider string, news func(*memoryWatch)) {
	m.mu.Lock()
	watches := slices.Collect(maps.Keys(m.watches))
	m.mu.Unlock()
	for _, w := range watches {
		if w.provider == provider {
			w.one.Lock()
			news(w)
			w.one.Unlock()
		}
	}
}

func (m *Memory) tellChanged(key Key) {
	m.tell(key.Provider, func(w *memoryWatch) { w.changed(key.ID) })
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

// byAge orders accounts by when they were added.
func byAge(a, b account.Record) int {
	return cmp.Or(a.AddedAt.Compare(b.AddedAt), strings.Compare(a.ID, b.ID))
}

// cloneRecord returns a copy that shares nothing that can be written to.
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
	state.Bindings, state.Owned = maps.Clone(state.Bindings), maps.Clone(state.Owned)
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
