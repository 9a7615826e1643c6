package persistence

import (
	"maps"
	"slices"
	"sync"
)

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
