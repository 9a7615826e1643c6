package faults_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A lock file that is deleted while its engine spends a refresh token does not
// have another engine spend it too: that one gets what came of it.
func TestLockDeletedDuringAnExchange(t *testing.T) {
	w := newWorld(t)
	handle := w.srv.AddAccount(providertest.Account{})
	alice := rig.Add(t, w.pool, rig.Expired(handle))
	other := rig.Pool(t, w.open(t), "anthropic")
	gate := handle.HoldExchanges(providertest.AfterSpending)
	served := make(chan error, 2)
	go func() { served <- use(t.Context(), w.pool, alice) }()
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	rig.Must(t, os.Remove(filepath.Join(w.dir, "anthropic", "locks", alice+".lock")))
	go func() { served <- use(t.Context(), other, alice) }()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // long enough for an exchange that nothing prevents
	defer cancel()
	if gate.Wait(ctx, 2) == nil {
		t.Error("the token was presented twice")
	}
	gate.Release()
	for range 2 {
		rig.Must(t, <-served)
	}
	for _, pool := range []*multiaccount.Pool{w.pool, other} {
		awaitState(t, pool, alice, multiaccount.StateReady)
	}
	awaitStored(t, w.dir, alice, 2, handle.RefreshToken())
}
