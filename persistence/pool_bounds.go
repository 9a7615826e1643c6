package persistence

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// How much of a PoolState is kept: callers choose the keys, and every process
// adds its own.
const (
	maxBindings   = 2000
	maxBindingKey = 64
	maxAlerts     = 10_000
)

// bound drops the oldest entries above the limits.
func (s *PoolState) bound() {
	for _, bindings := range []map[string]Binding{s.Bindings, s.Owned} {
		maps.DeleteFunc(bindings, func(key string, b Binding) bool { return len(key) > maxBindingKey || len(b.Account) > maxName })
		keepLatest(bindings, maxBindings, func(b Binding) time.Time { return b.UsedAt })
	}
	keepLatest(s.Alerts, maxAlerts, func(a Alert) time.Time { return a.At })
}

// keepLatest deletes all but the latest of a map.
func keepLatest[V any](all map[string]V, most int, at func(V) time.Time) {
	if len(all) <= most {
		return
	}
	keys := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(at(all[b]).Compare(at(all[a])), cmp.Compare(a, b))
	})
	for _, key := range keys[most:] {
		delete(all, key)
	}
}
