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

// refusedWhileHeld checks that nobody comes past a lock. A context that has
// ended turns waiting into an error at once.
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

func lockExcludes(t *testing.T, s persistence.Store) {
	key, want := stored(t, s, "a")
	l := locked(t, s, key)
	same(t, l.Record(), want)
	refusedWhileHeld(t, s, key)
	same(t, only(t, s), want) // reading waits for nobody
	unlock(t, l)
	unlock(t, locked(t, s, key))
}

func lockUnknown(t *testing.T, s persistence.Store) {
	for _, setup := range []func(){func() {}, func() { stored(t, s, "b") }} {
		setup()
		for range 2 { // the second finds no lock left behind
			if _, err := s.Lock(t.Context(), persistence.Key{Provider: Provider, ID: "a"}); !errors.Is(err, persistence.ErrNotFound) {
				t.Errorf("Lock: %v, want ErrNotFound", err)
			}
		}
	}
}

func lockUpdateUnlock(t *testing.T, s persistence.Store) {
	key, want := stored(t, s, "a")
	l := locked(t, s, key)
	for _, label := range []string{"first", "second"} {
		want.Label += label
		got, err := l.Update(t.Context(), func(r *account.Record) { r.Label += label })
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, want)
		same(t, l.Record(), want)
		same(t, only(t, s), want)
	}
	unlock(t, l)
	unlock(t, l)
	if _, err := l.Update(t.Context(), func(*account.Record) {}); !errors.Is(err, persistence.ErrUnlocked) {
		t.Errorf("Update after Unlock: %v, want ErrUnlocked", err)
	}
	same(t, mustUpdate(t, s, key, func(*account.Record) {}), want)
}

// cancelledWait cancels a wait that has begun: the context tells when somebody
// asks for its Done channel.
func cancelledWait(t *testing.T, s persistence.Store) {
	key, _ := stored(t, s, "a")
	l := locked(t, s, key)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watched := &watchedContext{Context: ctx, waiting: make(chan struct{}, 1)}
	result := make(chan error)
	go func() {
		_, err := s.Update(watched, key, func(*account.Record) { t.Error("a mutation came past the lock") })
		result <- err
	}()
	<-watched.waiting
	cancel()
	if err := <-result; !errors.Is(err, persistence.ErrLocked) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want ErrLocked and the context's error", err)
	}
	unlock(t, l)
	mustUpdate(t, s, key, func(*account.Record) {})
}

// watchedContext tells that somebody waits for it.
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

func panicUnlocks(t *testing.T, s persistence.Store) {
	key, want := stored(t, s, "a")
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not reach the caller")
			}
		}()
		_, _ = s.Update(t.Context(), key, func(*account.Record) { panic("mutation") })
	}()
	same(t, mustUpdate(t, s, key, func(*account.Record) {}), want)
}

func endedContext(t *testing.T, s persistence.Store) {
	key, want := stored(t, s, "a")
	_, updateErr := s.Update(ended(t), key, func(*account.Record) { t.Error("the mutation ran") })
	_, lockErr := s.Lock(ended(t), key)
	_, poolErr := s.UpdatePool(ended(t), Provider, func(*persistence.PoolState) { t.Error("the mutation ran") })
	_, loadErr := s.Load(ended(t), Provider)
	errs := []error{updateErr, lockErr, poolErr, loadErr, s.Create(ended(t), Record("b")), s.Remove(ended(t), key)}
	for _, err := range errs {
		if !errors.Is(err, context.Canceled) || errors.Is(err, persistence.ErrLocked) {
			t.Errorf("got %v, want the context's error alone: the lock is free", err)
		}
	}
	same(t, only(t, s), want)
}

func othersGoOn(t *testing.T, s persistence.Store) {
	key, _ := stored(t, s, "a")
	l := locked(t, s, key)
	other, _ := stored(t, s, "b")
	mustUpdate(t, s, other, func(r *account.Record) { r.Label = "b while a is locked" })
	if err := s.Remove(t.Context(), other); err != nil {
		t.Error(err)
	}
	unlock(t, l)
}
