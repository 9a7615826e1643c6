package faults_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/seed-810f1486/multiaccount"
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
