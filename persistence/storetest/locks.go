package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func locked(t *testing.T, s persistence.Store, key persistence.Key) persistence.Locked {
	t.Helper()
	l, err := s.Lock(t.Context(), key)
	if err != nil {
		t.Fatalf("Lock: %v", err)
	}
	t.Cleanup(func() { _ = l.Unlock() }) // a failed check must not block what follows
	return l
}

func unlock(t *testing.T, l persistence.Locked) {
	t.Helper()
	if err := l.Unlock(); err != nil {
		t.Fatalf("Unlock: %v", err)
	}
}

// refusedWhileHeld checks that a lock excludes others. A context that has ended
// turns waiting into an error at once.
func refusedWhileHeld(t *testing.T, s persistence.Store, key persistence.Key) {
	t.Helper()
	_, updateErr := s.Update(ended(t), key, func(*account.Record) { t.Error("a mutation came past the lock") })
	_, lockErr := s.Lock(ended(t), key)
	for _, err := range []error{updateErr, lockErr, s.Remove(ended(t), key)} {
		if !errors.Is(err, persistence.ErrLocked) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want ErrLocked and the context's error", err)
		}
	}
}

func lockExcludes(t trial) {
	s := t.store
	key, want := stored(t.T, s, "a")
	l := locked(t.T, s, key)
	same(t.T, l.Record(), want)
	refusedWhileHeld(t.T, s, key)
	same(t.T, only(t.T, s), want) // reading waits for nobody
	unlock(t.T, l)
	unlock(t.T, locked(t.T, s, key))
}

func lockUnknown(t trial) {
	s := t.store
	for _, setup := range []func(){func() {}, func() { stored(t.T, s, "b") }} {
		setup()
		for range 2 { // the second finds no lock left behind
			if _, err := s.Lock(t.Context(), persistence.Key{Provider: Provider, ID: "a"}); !errors.Is(err, persistence.ErrNotFound) {
				t.Errorf("Lock: %v, want ErrNotFound", err)
			}
		}
	}
}

func lockUpdateUnlock(t trial) {
	s := t.store
	key, want := stored(t.T, s, "a")
	l := locked(t.T, s, key)
	for _, label := range []string{"first", "second"} {
		want.Label += label
		got, err := l.Update(t.Context(), func(r *account.Record) { r.Label += label })
		if err != nil {
			t.Fatal(err)
		}
		same(t.T, got, want)
		same(t.T, l.Record(), want)
		same(t.T, only(t.T, s), want)
	}
	unlock(t.T, l)
	unlock(t.T, l)
	if _, err := l.Update(t.Context(), func(*account.Record) {}); !errors.Is(err, persistence.ErrUnlocked) {
		t.Errorf("Update after Unlock: %v, want ErrUnlocked", err)
	}
	same(t.T, mustUpdate(t.T, s, key, func(*account.Record) {}), want)
}

func cancelledWait(t trial) {
	key, _ := stored(t.T, t.store, "a")
	l := locked(t.T, t.store, key)
	for _, waiter := range t.waiters() {
		ctx, cancel := context.WithCancel(t.Context())
		result := updateThatWaits(ctx, waiter, key, func(*account.Record) { t.Error("a mutation came past the lock") })
		cancel()
		if err := <-result; !errors.Is(err, persistence.ErrLocked) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want ErrLocked and the context's error", err)
		}
	}
	unlock(t.T, l)
	mustUpdate(t.T, t.store, key, func(*account.Record) {})
}

func waiterGetsTheLock(t trial) {
	key, want := stored(t.T, t.store, "a")
	for _, waiter := range t.waiters() {
		l := locked(t.T, t.store, key)
		result := updateThatWaits(t.Context(), waiter, key, func(r *account.Record) { r.Label += " then the waiter" })
		if _, err := l.Update(t.Context(), func(r *account.Record) { r.Label += ", first the holder" }); err != nil {
			t.Fatal(err)
		}
		unlock(t.T, l)
		if err := <-result; err != nil {
			t.Error(err)
		}
		want.Label += ", first the holder then the waiter"
		same(t.T, only(t.T, t.store), want)
	}
}

// waiters are the stores through which somebody may wait for a lock.
func (t trial) waiters() []persistence.Store {
	if t.other == nil {
		return []persistence.Store{t.store}
	}
	return []persistence.Store{t.store, t.other}
}

// updateThatWaits returns when an update has begun to wait for the lock: it then
// asks for its context's Done channel.
func updateThatWaits(ctx context.Context, s persistence.Store, key persistence.Key, mutate persistence.Mutation) <-chan error {
	watched := &watchedContext{Context: ctx, waiting: make(chan struct{}, 1)}
	result := make(chan error, 1)
	go func() { //nolint:contextcheck // the watched context is ctx
		_, err := s.Update(watched, key, mutate)
		result <- err
	}()
	<-watched.waiting
	return result
}

// watchedContext signals that somebody waits for it.
type watchedContext struct {
	context.Context //nolint:containedctx // it is a context itself

	waiting chan struct{}
}

func (c *watchedContext) Done() <-chan struct{} {
	select {
	case c.waiting <- struct{}{}:
	default:
	}
	return c.Context.Done()
}

func panicUnlocks(t trial) {
	s := t.store
	key, want := stored(t.T, s, "a")
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not reach the caller")
			}
		}()
		_, _ = s.Update(t.Context(), key, func(*account.Record) { panic("mutation") })
	}()
	same(t.T, mustUpdate(t.T, s, key, func(*account.Record) {}), want)
	func() {
		defer func() { _ = recover() }()
		_, _ = s.UpdatePool(t.Context(), Provider, func(*persistence.PoolState) { panic("mutation") })
	}()
	updatePool(t.T, s, func(*persistence.PoolState) {})
}

func endedContext(t trial) {
	s := t.store
	key, want := stored(t.T, s, "a")
	_, updateErr := s.Update(ended(t.T), key, func(*account.Record) { t.Error("the mutation ran") })
	_, lockErr := s.Lock(ended(t.T), key)
	_, poolErr := s.UpdatePool(ended(t.T), Provider, func(*persistence.PoolState) { t.Error("the mutation ran") })
	_, loadErr := s.Load(ended(t.T), Provider)
	errs := []error{updateErr, lockErr, poolErr, loadErr, s.Create(ended(t.T), Record("b")), s.Remove(ended(t.T), key)}
	for _, err := range errs {
		if !errors.Is(err, context.Canceled) || errors.Is(err, persistence.ErrLocked) {
			t.Errorf("got %v, want the context's error alone: the lock is free", err)
		}
	}
	same(t.T, only(t.T, s), want)
}

func othersGoOn(t trial) {
	s := t.store
	key, _ := stored(t.T, s, "a")
	l := locked(t.T, s, key)
	other, _ := stored(t.T, s, "b")
	mustUpdate(t.T, s, other, func(r *account.Record) { r.Label = "b while a is locked" })
	if err := s.Remove(t.Context(), other); err != nil {
		t.Error(err)
	}
	unlock(t.T, l)
}
