package main

import (
	"sync"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// others are the accounts that other processes claim, as the store tells.
type others struct {
	mu      sync.Mutex
	claimed map[string]map[string]bool
	stops   []func()
}

// watchOthers watches the claims on all accounts, until stop is called.
func watchOthers(o *session) (*others, error) {
	w := &others{claimed: map[string]map[string]bool{}}
	for _, p := range o.providers {
		name := p.Name()
		stop, err := o.store.Watch(name, persistence.Watching{
			Changed: func(string) {}, Present: func([]string) {},
			Claimed: func(ids map[string]bool) { w.set(name, ids) },
		})
		if err != nil {
			w.stop()
			return nil, err
		}
		w.stops = append(w.stops, stop)
	}
	return w, nil
}

func (w *others) set(provider string, ids map[string]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.claimed[provider] = ids
}

func (w *others) has(provider, id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.claimed[provider][id]
}

func (w *others) stop() {
	for _, stop := range w.stops {
		stop()
	}
}
