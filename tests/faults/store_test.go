package faults_test

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// disk is an engine whose disk fails when the test wants.
type disk struct {
	store  *rig.Store
	p      *rig.Provider
	eng    *multiaccount.Engine
	pool   *multiaccount.Pool
	events *rig.Events
}

func newDisk(t *testing.T) disk {
	t.Helper()
	d := disk{store: rig.NewStore(persistence.NewMemory()), p: rig.NewProvider()}
	d.eng, d.pool = rig.OpenStore(t, d.p, rig.Settings(), d.store)
	d.events = rig.Record(d.eng)
	return d
}

// stored returns an account as the store has it.
func (d disk) stored(t *testing.T, id string) account.Record {
	t.Helper()
	found, err := d.store.Store.Load(t.Context(), rig.Plain)
	rig.Must(t, err)
	for _, r := range found.Accounts {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("the store has no account %s", id)
	return account.Record{}
}

func (d disk) checkStored(t *testing.T, id, refreshToken string) {
	t.Helper()
	if got := d.stored(t, id).Credentials.RefreshToken.Reveal(); got != refreshToken {
		t.Errorf("stored is %s, want %s", got, refreshToken)
	}
}

// A token that was had and cannot be stored is used, and stored as soon as
// that works; meanwhile its owner is told.
func TestTokenThatCannotBeStored(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		d := newDisk(t)
		id := rig.Add(t, d.pool, rig.Stale("a"))
		d.store.Fail(4, errDisk, rig.OpCommit, rig.OpUpdate)
		lease := acquire(t, d.pool, multiaccount.Request{})
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
		if lease.Token() != "access-1" {
			t.Errorf("token %s, want the new one", lease.Token())
		}
		synctest.Wait()
		if status := rig.Status(t, d.pool, id); status.State != multiaccount.StateReady || !strings.Contains(status.Reason, errDisk.Error()) {
			t.Errorf("%s (%s), want ready and why nothing is stored", status.State, status.Reason)
		}
		d.checkStored(t, id, "refresh-a")
		time.Sleep(time.Minute)
		synctest.Wait()
		d.checkStored(t, id, "refresh-1")
		if status := rig.Status(t, d.pool, id); status.Reason != "" || status.Generation != 2 {
			t.Errorf("once stored: %s, generation %d", status.Reason, status.Generation)
		}
		if n := rig.Count[multiaccount.SaveFailed](d.events); n != 1 {
			t.Errorf("the owner was told %d times", n)
		}
		if n := d.p.Refreshes(); n != 1 {
			t.Errorf("%d exchanges", n)
		}
	})
}

func TestAddThatCannotBeStored(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		d := newDisk(t)
		d.store.Fail(1, errDisk, rig.OpCreate)
		if id, err := d.pool.Add(t.Context(), rig.Login("a")); !errors.Is(err, errDisk) || id != "" {
			t.Errorf("Add: %q, %v", id, err)
		}
		all, err := d.pool.Accounts(t.Context())
		if err != nil || len(all) != 0 {
			t.Errorf("%d accounts, %v", len(all), err)
		}
		if _, err := serve(t.Context(), d.pool); !errors.Is(err, multiaccount.ErrNoAccounts) {
			t.Errorf("served by an account that was never added: %v", err)
		}
		id := rig.Add(t, d.pool, rig.Login("a")) // its token counts as free
		synctest.Wait()
		if joined := rig.Count[multiaccount.AccountJoined](d.events); joined != 1 {
			t.Errorf("%d accounts joined", joined)
		}
		d.checkStored(t, id, "refresh-a")
	})
}

// Without a lock, and without word on disk that it is about to be spent, no
// refresh token is spent: that is a refresh that failed, and works later.
func TestRefreshThatCannotBePrepared(t *testing.T) {
	for _, op := range []rig.Op{rig.OpLock, rig.OpIntend} {
		t.Run(string(op), func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				d := newDisk(t)
				id := rig.Add(t, d.pool, rig.Stale("a"))
				d.store.Fail(1, errDisk, op)
				if _, err := serve(t.Context(), d.pool); err == nil || !strings.Contains(err.Error(), errDisk.Error()) {
					t.Errorf("error %v, want that it says why", err)
				}
				if n := d.p.Refreshes(); n != 0 {
					t.Errorf("%d exchanges", n)
				}
				time.Sleep(5 * time.Second)
				if served, err := serve(t.Context(), d.pool); err != nil || served != id {
					t.Errorf("once the disk was back: %v", err)
				}
			})
		})
	}
}

// A limit counts although it cannot be stored, and is stored later.
func TestLimitThatCannotBeStored(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		d := newDisk(t)
		id := rig.Add(t, d.pool, rig.Login("a"))
		d.store.Fail(3, errDisk, rig.OpUpdate)
		acquire(t, d.pool, multiaccount.Request{}).Done(multiaccount.Outcome{
			Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3600"}},
		})
		synctest.Wait()
		if s := rig.Status(t, d.pool, id); s.State != multiaccount.StateCooling {
			t.Errorf("the account is %s", s.State)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(d.stored(t, id).Limits); n != 1 {
			t.Errorf("%d limits stored", n)
		}
	})
}

func TestOpenWithoutReadableStore(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		store := rig.NewStore(persistence.NewMemory())
		store.Fail(1, errDisk, rig.OpLoad)
		c := multiaccount.Config{Providers: []providers.Provider{rig.NewProvider()}, Settings: rig.Settings(), Store: store}
		if _, err := multiaccount.Open(t.Context(), c); !errors.Is(err, errDisk) {
			t.Errorf("Open: %v", err)
		}
		rig.Open(t, c)
	})
}

// The state folder disappears under the engine and comes back, as on a disk
// that was not mounted for a while. Nobody has removed an account.
func TestFolderGoesAndComesBack(t *testing.T) {
	w := newWorld(t)
	id := rig.Add(t, w.pool, rig.OAuth(w.srv.AddAccount(providertest.Account{})))
	back := takeAway(t, w.dir)
	if err := w.pool.Rename(t.Context(), id, "new"); err == nil || errors.Is(err, multiaccount.ErrUnknownAccount) {
		t.Errorf("renamed without a folder: %v", err)
	}
	if err := w.pool.Refresh(t.Context(), id); err == nil || w.srv.Stats().Refreshes != 0 {
		t.Errorf("refreshed without a lock: %v", err)
	}
	if served, err := serve(t.Context(), w.pool); err != nil || served != id {
		t.Errorf("without a folder: %v", err)
	}
	back()
	rig.Must(t, w.pool.Rename(t.Context(), id, "new"))
	rig.Must(t, w.pool.Refresh(t.Context(), id))
	rig.Close(t, w.eng)
	again := rig.Pool(t, w.open(t), "anthropic")
	if s := rig.Status(t, again, id); s.Label != "new" || s.Generation != 2 || s.State != multiaccount.StateReady {
		t.Errorf("after a restart %q is %s, generation %d", s.Label, s.State, s.Generation)
	}
}

// The same in the middle of an exchange: its token is used, and stored once
// the folder is back.
func TestFolderGoesDuringAnExchange(t *testing.T) {
	w := newWorld(t)
	alice := w.srv.AddAccount(providertest.Account{})
	id := rig.Add(t, w.pool, rig.Expired(alice))
	gate := w.srv.HoldExchanges(providertest.AfterSpending)
	refreshed := make(chan error, 1)
	go func() { refreshed <- w.pool.Refresh(t.Context(), id) }()
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	back := takeAway(t, w.dir)
	gate.Release()
	rig.Must(t, <-refreshed)
	lease := acquire(t, w.pool, multiaccount.Request{})
	lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	if lease.Token() != alice.AccessToken() {
		t.Error("the new token is not used")
	}
	if s := rig.Status(t, w.pool, id); !strings.Contains(s.Reason, "not stored") {
		t.Errorf("the account says %q", s.Reason)
	}
	back()
	rig.Close(t, w.eng)
	checkReopened(t, w, id, 2, alice.RefreshToken())
}

// takeAway moves a folder out of the way and returns what brings it back.
func takeAway(t *testing.T, dir string) (back func()) {
	t.Helper()
	away := dir + "-away"
	rig.Must(t, os.Rename(dir, away))
	return func() {
		t.Helper()
		rig.Must(t, os.Rename(away, dir))
	}
}
