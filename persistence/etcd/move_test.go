package etcd_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

// A pool moves in and back out with everything that is known of its accounts; one
// whose refresh has not ended stays where it is.
func TestPoolMovesInAndOut(t *testing.T) {
	dir := t.TempDir()
	s := closing(t, open(t, fleet(t, "moved", address(member(t, nil)))))
	files, err := persistence.OpenAlone(dir, nil)
	must(t, err)
	defer func() { _ = files.Close() }()
	for _, id := range []string{"a", "b", "unfinished"} {
		must(t, files.Create(t.Context(), storetest.Record(id)))
	}
	l, err := files.Lock(t.Context(), persistence.Key{Provider: storetest.Provider, ID: "unfinished"})
	must(t, err)
	must(t, l.Intend(account.Intent{Token: l.Record().Credentials.RefreshToken.Fingerprint(), At: time.Now()}))
	must(t, l.Unlock())
	_, err = files.UpdatePool(t.Context(), storetest.Provider, func(p *persistence.PoolState) { p.Active = "b" })
	must(t, err)
	before, err := files.Load(t.Context(), storetest.Provider)
	must(t, err)

	moved := move(t, files, s, true)
	if moved.Accounts != 2 || len(moved.Left) != 1 || len(ids(t, files)) != 3 || len(ids(t, s)) != 0 {
		t.Errorf("a dry run tells %+v", moved)
	}
	must(t, s.Create(t.Context(), before.Accounts[0])) // as a run that was cut short
	moved = move(t, files, s, false)
	if moved.Accounts != 2 || moved.Known != 1 || len(ids(t, files)) != 1 || len(ids(t, s)) != 2 {
		t.Errorf("moved %+v", moved)
	}
	if moved = move(t, s, files, false); moved.Accounts != 2 || len(ids(t, s)) != 0 {
		t.Errorf("moved back %+v", moved)
	}
	after, err := files.Load(t.Context(), storetest.Provider)
	must(t, err)
	if after.Pool.Active != "b" || len(after.Accounts) != 3 {
		t.Errorf("in the end there are %d accounts, active %q", len(after.Accounts), after.Pool.Active)
	}
	for i := range after.Accounts {
		before.Accounts[i].Revision, after.Accounts[i].Revision = 0, 0
		one, _ := persistence.EncodeAccount(&before.Accounts[i])
		two, _ := persistence.EncodeAccount(&after.Accounts[i])
		if string(one) != string(two) {
			t.Errorf("%s came back as another", before.Accounts[i].ID)
		}
	}
}

// Two machines that had one login do not make two accounts of it: the second stays
// where it is, and a dry run says so.
func TestLoginOfTwoMachinesIsMovedOnce(t *testing.T) {
	s := closing(t, open(t, fleet(t, "twice", address(member(t, nil)))))
	for _, id := range []string{"a", "b"} {
		files, err := persistence.OpenAlone(t.TempDir(), nil)
		must(t, err)
		rec := storetest.Record(id)
		rec.Subject = "somebody"
		must(t, files.Create(t.Context(), rec))
		would := move(t, files, s, true)
		moved := move(t, files, s, false)
		if would.DryRun = false; !reflect.DeepEqual(would, moved) {
			t.Errorf("of %s: a dry run tells %+v, and moved is %+v", id, would, moved)
		}
		if stays := id == "b"; (len(moved.Left) == 1) != stays || len(ids(t, files)) != len(moved.Left) || len(ids(t, s)) != 1 {
			t.Errorf("of %s: moved %+v", id, moved)
		}
		must(t, files.Close())
	}
}

func move(t *testing.T, from, to persistence.Store, dry bool) etcd.Moved {
	t.Helper()
	moved, err := etcd.Move(t.Context(), from, to, storetest.Provider, dry)
	must(t, err)
	return moved
}

func ids(t *testing.T, s persistence.Store) []string {
	t.Helper()
	snap, err := s.Load(t.Context(), storetest.Provider)
	must(t, err)
	var all []string
	for _, rec := range snap.Accounts {
		all = append(all, rec.ID)
	}
	return all
}

// prying is a store that does something else before it reads.
type prying struct {
	persistence.Store
	before func()
}

func (p prying) Read(ctx context.Context, key persistence.Key) (account.Record, error) {
	p.before()
	return p.Store.Read(ctx, key)
}

// While an account is moved, nobody gives it another login: that would be removed.
func TestMovedAccountIsLocked(t *testing.T) {
	o := fleet(t, "locked", address(member(t, nil)))
	s, other := closing(t, open(t, o)), closing(t, open(t, o))
	must(t, s.Create(t.Context(), storetest.Record("a")))
	tried := 0
	to := prying{persistence.NewMemory(), func() {
		tried++
		soon, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := other.Update(soon, storeKey, func(r *account.Record) { r.Generation++ })
		if !errors.Is(err, persistence.ErrLocked) {
			t.Errorf("a change in the middle of a move: %v", err)
		}
	}}
	moved := move(t, s, to, false)
	if moved.Accounts != 1 || tried != 2 || len(ids(t, s)) != 0 {
		t.Errorf("moved %+v after %d tries to change it", moved, tried)
	}
}

// A folder that a program has open is not moved.
func TestFolderInUseIsNotMoved(t *testing.T) {
	dir := t.TempDir()
	files, err := persistence.OpenFiles(dir)
	must(t, err)
	if _, err := persistence.OpenAlone(dir, nil); !errors.Is(err, persistence.ErrInUse) {
		t.Errorf("got %v, want ErrInUse", err)
	}
	must(t, files.Close())
}

// The status names the members, who else has the fleet open, and how much there is.
func TestStatusOfAFleet(t *testing.T) {
	o := fleet(t, "status", address(member(t, nil)))
	s, other := closing(t, open(t, o)), closing(t, open(t, o))
	must(t, other.Create(t.Context(), storetest.Record("a")))
	got, err := s.Status(t.Context())
	must(t, err)
	if len(got.Members) != 1 || !got.Members[0].Leads || got.Members[0].Error != "" || got.Accounts[storetest.Provider] != 1 || len(got.Instances) != 1 {
		t.Errorf("got %+v", got)
	}
}
