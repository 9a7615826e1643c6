package faults_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// lateStore is a store whose answers, once it is late, take a second to arrive.
type lateStore struct {
	persistence.Store
	reads, updates atomic.Bool
}

func late(when *atomic.Bool) {
	if when.Load() {
		time.Sleep(time.Second) // of the bubble's clock
	}
}

func (s *lateStore) Read(ctx context.Context, key persistence.Key) (account.Record, error) {
	defer late(&s.reads)
	return s.Store.Read(ctx, key)
}

func (s *lateStore) Update(ctx context.Context, key persistence.Key, mutate persistence.Mutation) (account.Record, error) {
	defer late(&s.updates)
	return s.Store.Update(ctx, key, mutate)
}

// What a process was told is stored, it sees: a look at what others changed
// that began earlier and ends later takes nothing back.
func TestOwnChangeIsNotTakenBack(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		store := &lateStore{Store: persistence.NewMemory()}
		_, pool := rig.OpenStore(t, rig.NewProvider(), rig.Settings(), store)
		id := rig.Add(t, pool, rig.Login("a"))
		synctest.Wait()
		store.reads.Store(true)
		rig.Must(t, pool.Rename(t.Context(), id, "first"))
		time.Sleep(100 * time.Millisecond) // the look at "first" has begun
		rig.Must(t, pool.Rename(t.Context(), id, "second"))
		for range 12 {
			if label := rig.Status(t, pool, id).Label; label != "second" {
				t.Fatalf("the account is called %q again", label)
			}
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(3 * time.Second) // until the last look has ended
	})
}

// What another process changed after this one's change shows also when it is
// seen before the store's answer to that change arrives.
func TestOwnChangeDoesNotHideALaterOne(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		store := &lateStore{Store: persistence.NewMemory()}
		_, pool := rig.OpenStore(t, rig.NewProvider(), rig.Settings(), store)
		id := rig.Add(t, pool, rig.Login("a"))
		synctest.Wait()
		store.updates.Store(true)
		ours := make(chan error, 1)
		go func() { ours <- pool.Rename(context.Background(), id, "ours") }()
		time.Sleep(500 * time.Millisecond) // stored, and not answered yet
		_, err := store.Store.Update(t.Context(), persistence.Key{Provider: rig.Plain, ID: id}, func(r *account.Record) { r.Label = "theirs" })
		rig.Must(t, err)
		rig.Must(t, <-ours)
		synctest.Wait()
		if label := rig.Status(t, pool, id).Label; label != "theirs" {
			t.Errorf("the account is called %q, stored last was theirs", label)
		}
	})
}

// A change that is seen on disk before the store's answer arrives is one
// change, not two.
func TestOwnChangeCountsOnce(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		store := &lateStore{Store: persistence.NewMemory()}
		_, pool := rig.OpenStore(t, rig.NewProvider(), rig.Settings(), store)
		id := rig.Add(t, pool, rig.Login("a"))
		synctest.Wait()
		store.updates.Store(true)
		again := rig.Login("a")
		again.AccessToken, again.RefreshToken = "access-again", "refresh-again"
		done := make(chan error, 1)
		go func() { _, err := pool.Add(context.Background(), again); done <- err }()
		time.Sleep(500 * time.Millisecond) // stored, and not answered yet
		if got := rig.Status(t, pool, id).Generation; got != 2 {
			t.Errorf("generation %d while the answer is under way, want 2", got)
		}
		rig.Must(t, <-done)
		synctest.Wait()
		if got := rig.Status(t, pool, id).Generation; got != 2 {
			t.Errorf("generation %d, want 2", got)
		}
	})
}
