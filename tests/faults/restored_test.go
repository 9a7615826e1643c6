package faults_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// putBack makes content the account's file, as a program that restores backups does.
func putBack(t *testing.T, path string, content []byte) {
	t.Helper()
	temp := filepath.Join(filepath.Dir(path), "restoring")
	rig.Must(t, os.WriteFile(temp, content, 0o600))
	rig.Must(t, os.Rename(temp, path))
}

// awaitStored waits until the file holds a login of a generation.
func awaitStored(t *testing.T, dir, id string, generation uint64, refreshToken string) {
	t.Helper()
	files, err := persistence.OpenFiles(dir)
	rig.Must(t, err)
	defer func() { rig.Must(t, files.Close()) }()
	end := time.Now().Add(rig.Patience)
	for {
		rec, err := files.Read(t.Context(), persistence.Key{Provider: "anthropic", ID: id})
		rig.Must(t, err)
		if rec.Generation == generation && rec.Credentials.RefreshToken.Reveal() == refreshToken {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("stored is generation %d, want %d with the token issued last", rec.Generation, generation)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// An older copy that is put back does not bring back a token that was spent: the
// engine stores what it knows, and other engines and later ones work with that.
func TestOlderCopyIsHealed(t *testing.T) {
	w := newWorld(t)
	handle := w.srv.AddAccount(providertest.Account{})
	alice := rig.Add(t, w.pool, rig.OAuth(handle))
	other := rig.Pool(t, w.open(t), "anthropic")
	path := accountFile(w.dir, alice)
	old, err := os.ReadFile(path)
	rig.Must(t, err)
	rig.Must(t, w.pool.Refresh(t.Context(), alice))
	rig.Must(t, w.pool.Refresh(t.Context(), alice))
	for range 2 { // a heal is no hindrance for the next
		putBack(t, path, old)
		awaitStored(t, w.dir, alice, 3, handle.RefreshToken())
	}
	rig.Must(t, w.pool.Rename(t.Context(), alice, "new"))
	for _, pool := range []*multiaccount.Pool{other, rig.Pool(t, w.open(t), "anthropic"), w.pool} {
		rig.Must(t, pool.Refresh(t.Context(), alice))
		if status := rig.Status(t, pool, alice); status.State != multiaccount.StateReady || status.Label != "new" {
			t.Errorf("%+v", status)
		}
		awaitStored(t, w.dir, alice, rig.Status(t, pool, alice).Generation, handle.RefreshToken())
	}
}

// What comes of an exchange is stored although an older copy came meanwhile.
func TestOlderCopyDuringAnExchange(t *testing.T) {
	w := newWorld(t)
	handle := w.srv.AddAccount(providertest.Account{})
	alice := rig.Add(t, w.pool, rig.OAuth(handle))
	path := accountFile(w.dir, alice)
	old, err := os.ReadFile(path)
	rig.Must(t, err)
	rig.Must(t, w.pool.Refresh(t.Context(), alice))
	gate := handle.HoldExchanges(providertest.AfterSpending)
	refreshed := make(chan error, 1)
	go func() { refreshed <- w.pool.Refresh(t.Context(), alice) }()
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	putBack(t, path, old)
	gate.Release()
	rig.Must(t, <-refreshed)
	awaitStored(t, w.dir, alice, 3, handle.RefreshToken())
	rig.Must(t, w.pool.Refresh(t.Context(), alice))
	awaitStored(t, w.dir, alice, 4, handle.RefreshToken())
}
