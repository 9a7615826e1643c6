package persistence_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

// The store in memory must not keep a test's clock from moving on.
func TestMemoryWaitsInTestTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := persistence.NewMemory()
		rec := storetest.Record("a")
		key := persistence.Key{Provider: rec.Provider, ID: rec.ID}
		if err := s.Create(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
		lock, err := s.Lock(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		_, err = s.Update(ctx, key, func(*account.Record) { t.Error("came past the lock") })
		if !errors.Is(err, persistence.ErrLocked) || time.Since(start) != 30*time.Second {
			t.Errorf("got %v after %v, want ErrLocked after 30 s", err, time.Since(start))
		}
		if err := lock.Unlock(); err != nil {
			t.Error(err)
		}
	})
}
