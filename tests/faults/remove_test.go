package faults_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// An account that cannot be deleted stays, and can be removed later.
func TestRemoveThatCannotBeStored(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		d := newDisk(t)
		id := rig.Add(t, d.pool, rig.Login("a"))
		other := rig.Add(t, d.pool, rig.Login("b"))
		d.store.Fail(1, errDisk, rig.OpRemove)
		if err := d.pool.Remove(t.Context(), id); !errors.Is(err, errDisk) {
			t.Errorf("Remove: %v", err)
		}
		if s := rig.Status(t, d.pool, id); s.State != multiaccount.StateReady {
			t.Errorf("the account is %s", s.State)
		}
		if lease := acquire(t, d.pool, multiaccount.Request{Account: id}); lease.Token() != "access-a" {
			t.Errorf("token %s", lease.Token())
		}
		if n := rig.Count[multiaccount.AccountLeft](d.events); n != 0 {
			t.Errorf("%d accounts left", n)
		}
		rig.Must(t, d.pool.Remove(t.Context(), id))
		synctest.Wait()
		all, err := d.pool.Accounts(t.Context())
		if err != nil || len(all) != 1 || all[0].ID != other {
			t.Errorf("accounts %v, %v", all, err)
		}
		if n := rig.Count[multiaccount.AccountLeft](d.events); n != 1 {
			t.Errorf("%d accounts left", n)
		}
	})
}

// Who waits for the token of an account that is removed is served by another,
// and is not told that the engine is closed when there is none.
func TestRemoveWhileCallersWait(t *testing.T) {
	for name, others := range map[string]int{"another account": 1, "no other account": 0} {
		t.Run(name, func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				p, release := rig.NewProvider(), make(chan struct{})
				p.OnRefresh = func(context.Context, account.Credentials) (account.Grant, error) {
					<-release
					return rig.Grant(1), nil
				}
				_, pool := rig.OpenPlain(t, p, rig.Settings())
				id := rig.Add(t, pool, rig.Stale("a"))
				anyone, pinned, commanded := make(chan error, 1), make(chan error, 1), make(chan error, 1)
				go func() {
					_, err := serve(context.Background(), pool)
					anyone <- err
				}()
				go func() {
					_, err := pool.Acquire(context.Background(), multiaccount.Request{Account: id})
					pinned <- err
				}()
				go func() { commanded <- pool.Refresh(context.Background(), id) }()
				synctest.Wait()
				for range others {
					rig.Add(t, pool, rig.Login("b"))
				}
				removed := make(chan error, 1)
				go func() { removed <- pool.Remove(context.Background(), id) }()
				synctest.Wait()
				if err := <-anyone; (err == nil) != (others > 0) || (err != nil && !errors.Is(err, multiaccount.ErrNoAccounts)) {
					t.Errorf("who took any account: %v", err)
				}
				var unavailable *multiaccount.AccountUnavailableError
				if err := <-pinned; !errors.As(err, &unavailable) || unavailable.AccountID != id {
					t.Errorf("who wanted that account: %v", err)
				}
				if err := <-commanded; !errors.Is(err, multiaccount.ErrUnknownAccount) {
					t.Errorf("who refreshed it: %v", err)
				}
				close(release)
				rig.Must(t, <-removed)
			})
		})
	}
}

// An account can be removed while its refresh waits for another process'
// lock: nothing waits for a lock that nobody will give back.
func TestRemoveWhileTheLockIsAwaited(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		store := persistence.NewMemory()
		p := rig.NewProvider()
		_, pool := rig.OpenStore(t, p, rig.Settings(), store)
		id := rig.Add(t, pool, rig.Stale("a"))
		theirs, err := store.Lock(t.Context(), persistence.Key{Provider: rig.Plain, ID: id})
		rig.Must(t, err)
		commanded, removed := make(chan error, 1), make(chan error, 1)
		go func() { commanded <- pool.Refresh(context.Background(), id) }()
		synctest.Wait()
		go func() { removed <- pool.Remove(context.Background(), id) }()
		synctest.Wait()
		rig.Must(t, theirs.Unlock())
		if err := <-commanded; !errors.Is(err, multiaccount.ErrUnknownAccount) {
			t.Errorf("who refreshed it: %v", err)
		}
		rig.Must(t, <-removed)
		if n := p.Refreshes(); n != 0 {
			t.Errorf("%d exchanges for an account that was removed", n)
		}
	})
}
