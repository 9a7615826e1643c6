package faults_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// What could not be stored is tried once more when the engine closes, and
// Close says so when that fails too.
func TestCloseStoresWhatFailed(t *testing.T) {
	for name, broken := range map[string]bool{"disk back": false, "disk still full": true} {
		t.Run(name, func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				store, p := rig.NewStore(persistence.NewMemory()), rig.NewProvider()
				eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
					Providers: []providers.Provider{p}, Settings: rig.Settings(), Store: store,
				})
				rig.Must(t, err)
				d := disk{store: store, pool: rig.Pool(t, eng, rig.Plain)}
				id := rig.Add(t, d.pool, rig.Stale("a"))
				store.Fail(1000, errDisk, rig.OpCommit, rig.OpUpdate)
				rig.Must(t, d.pool.Refresh(t.Context(), id))
				if !broken {
					store.Fail(0, nil)
				}
				err = eng.Close(t.Context())
				if broken {
					if !errors.Is(err, errDisk) {
						t.Errorf("Close: %v, want that a login was not stored", err)
					}
					return
				}
				rig.Must(t, err)
				d.checkStored(t, id, "refresh-1")
			})
		})
	}
}

// What fails for an account that has been removed meanwhile is no loss.
func TestCloseAfterRemovalOfUnstored(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		d := newDisk(t)
		id := rig.Add(t, d.pool, rig.Stale("a"))
		release := make(chan struct{})
		d.store.Before(func(op rig.Op) error {
			switch op {
			case rig.OpCommit:
				return errDisk
			case rig.OpUpdate:
				<-release
				return errDisk
			default:
				return nil
			}
		})
		rig.Must(t, d.pool.Refresh(t.Context(), id))
		time.Sleep(time.Second) // until it is tried again
		synctest.Wait()
		removed := make(chan error, 1)
		go func() { removed <- d.pool.Remove(context.Background(), id) }() // behind what is being tried
		synctest.Wait()
		close(release)
		rig.Must(t, <-removed)
		synctest.Wait()
		d.store.Fail(0, nil)
		rig.Must(t, d.eng.Close(t.Context()))
	})
}
