package faults_test

import (
	"maps"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// deafStore is a store that loses every notice of what others change: a test
// tells the watch itself what a look through the folder finds.
type deafStore struct {
	persistence.Store
	watching persistence.Watching
}

func (s *deafStore) Watch(_ string, w persistence.Watching) (stop func(), err error) {
	s.watching = w
	return func() {}, nil
}

// look tells of the accounts that are stored.
func (s *deafStore) look(t *testing.T, changed ...string) {
	t.Helper()
	for _, id := range changed {
		s.watching.Changed(id)
	}
	snap, err := s.Load(t.Context(), rig.Plain)
	rig.Must(t, err)
	var ids []string
	for i := range snap.Accounts {
		ids = append(ids, snap.Accounts[i].ID)
	}
	s.watching.Present(ids)
}

// Accounts that another process added, changed and removed without a notice of
// it arriving come into the pool, change and leave it with the next look
// through the folder.
func TestLookMakesUpForLostNotices(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		shared := persistence.NewMemory()
		ours := &deafStore{Store: shared}
		_, pool := rig.OpenStore(t, rig.NewProvider(), rig.Settings(), ours)
		_, theirs := rig.OpenStore(t, rig.NewProvider(), rig.Settings(), shared)
		kept, removed := rig.Add(t, pool, rig.Login("kept")), rig.Add(t, pool, rig.Login("removed"))
		settle()
		added := rig.Add(t, theirs, rig.Login("added"))
		rig.Must(t, theirs.Rename(t.Context(), kept, "renamed"))
		rig.Must(t, theirs.Remove(t.Context(), removed))
		settle()
		expectLabels(t, pool, map[string]string{kept: "kept", removed: "removed"})
		ours.look(t, kept)
		settle()
		expectLabels(t, pool, map[string]string{kept: "renamed", added: "added"})
	})
}

// settle lets notices arrive, which wait for more of the same.
func settle() { time.Sleep(time.Second) } // of the bubble's clock

func expectLabels(t *testing.T, pool *multiaccount.Pool, want map[string]string) {
	t.Helper()
	accounts, err := pool.Accounts(t.Context())
	rig.Must(t, err)
	labels := map[string]string{}
	for _, a := range accounts {
		labels[a.ID] = a.Label
	}
	if !maps.Equal(labels, want) {
		t.Errorf("the pool has %v, want %v", labels, want)
	}
}
