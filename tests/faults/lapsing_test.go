package faults_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// lapsing is a store whose locks last for a time.
type lapsing struct {
	*persistence.Memory
	lasts time.Duration
	fails error
	asked time.Duration
}

func (s *lapsing) Lock(ctx context.Context, key persistence.Key) (persistence.Locked, error) {
	l, err := s.Memory.Lock(ctx, key)
	if err != nil {
		return nil, err
	}
	return lapsingLock{l, s}, nil
}

type lapsingLock struct {
	persistence.Locked

	store *lapsing
}

func (l lapsingLock) Reserve(_ context.Context, d time.Duration) (time.Time, error) {
	l.store.asked = d
	return time.Now().Add(l.store.lasts), l.store.fails
}

// A token is exchanged only while its account's lock lasts for longer than the
// exchange may take. What was not begun leaves no intent behind.
func TestNoExchangeUnderALockThatMayLapse(t *testing.T) {
	p := rig.NewProvider()
	store := &lapsing{Memory: persistence.NewMemory()}
	eng := rig.Open(t, multiaccount.Config{Store: store, Providers: []providers.Provider{p}})
	pool := rig.Pool(t, eng, rig.Plain)
	id := rig.Add(t, pool, rig.Login("a"))
	for what, too := range map[string]func(){
		"may have ended": func() { store.lasts, store.fails = p.RefreshTimeout()-time.Millisecond, nil },
		"no lease":       func() { store.fails = errors.New("no lease") },
	} {
		too()
		if err := pool.Refresh(t.Context(), id); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("refresh: %v, want %q", err, what)
		}
		if n := p.Refreshes(); n != 0 {
			t.Fatalf("%d exchanges were begun", n)
		}
	}
	store.lasts, store.fails = p.RefreshTimeout()+time.Minute, nil
	rig.Must(t, pool.Refresh(t.Context(), id))
	if p.Refreshes() != 1 || store.asked != p.RefreshTimeout() {
		t.Errorf("%d exchanges, under a lock that was to last for %s", p.Refreshes(), store.asked)
	}
	l, err := store.Memory.Lock(t.Context(), persistence.Key{Provider: rig.Plain, ID: id})
	rig.Must(t, err)
	if i, err := l.Intent(); i != nil || err != nil {
		t.Errorf("left is the intent %+v, %v", i, err)
	}
	rig.Must(t, l.Unlock())
}
