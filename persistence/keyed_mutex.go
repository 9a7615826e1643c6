package persistence

import (
	"context"
	"sync"
)

// keyedMutex is one mutex for each key, kept only while somebody uses it.
// Waiting ends with the context. The zero value is ready.
type keyedMutex struct {
	mu      sync.Mutex
	entries map[string]*keyedEntry
}

type keyedEntry struct {
	taken chan struct{} // holds one element while the key is locked
	users int           // holders and waiters
}

// lock waits for key. It returns the context's error when that ends first.
func (m *keyedMutex) lock(ctx context.Context, key string) error {
	if m.tryLock(key) {
		return nil
	}
	entry := m.join(key)
	select {
	case entry.taken <- struct{}{}:
		return nil
	case <-ctx.Done():
		m.leave(key, entry)
		return ctx.Err()
	}
}

// tryLock reports whether it could lock key without waiting.
func (m *keyedMutex) tryLock(key string) bool {
	entry := m.join(key)
	select {
	case entry.taken <- struct{}{}:
		return true
	default:
		m.leave(key, entry)
		return false
	}
}

// unlock lets the next waiter lock key, which must be locked.
func (m *keyedMutex) unlock(key string) {
	m.mu.Lock()
	entry := m.entries[key]
	m.mu.Unlock()
	<-entry.taken
	m.leave(key, entry)
}

func (m *keyedMutex) join(key string) *keyedEntry {
	m.mu.Lock()
	defer m.mu.Unlock()
	entry := m.entries[key]
	if entry == nil {
		entry = &keyedEntry{taken: make(chan struct{}, 1)}
		if m.entries == nil {
			m.entries = make(map[string]*keyedEntry)
		}
		m.entries[key] = entry
	}
	entry.users++
	return entry
}

func (m *keyedMutex) leave(key string, entry *keyedEntry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if entry.users--; entry.users == 0 {
		delete(m.entries, key)
	}
}
