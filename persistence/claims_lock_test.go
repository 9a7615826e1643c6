package persistence

import (
	"maps"
	"os"
	"testing"
	"time"
)

// watchClaims returns what a store is told of others' claims.
func watchClaims(t *testing.T, s *FileStore) <-chan map[string]bool {
	t.Helper()
	told := make(chan map[string]bool, 10)
	stop, err := s.Watch("provider", Watching{
		Changed: func(string) {}, Present: func([]string) {}, Claimed: func(ids map[string]bool) { told <- ids },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return told
}

// awaitClaims waits until these are the accounts that others claim.
func awaitClaims(t *testing.T, told <-chan map[string]bool, ids ...string) {
	t.Helper()
	want := map[string]bool{}
	for _, id := range ids {
		want[id] = true
	}
	late := time.After(time.Minute)
	for {
		select {
		case got := <-told:
			if maps.Equal(got, want) {
				return
			}
		case <-late:
			t.Fatalf("not told that others claim %v", ids)
		}
	}
}

// The kernel frees the lock of a process that dies, and nobody else does: that
// is all there is to see of its death. What it claimed is free then, and its
// files go.
func TestClaimsEndWithTheirLock(t *testing.T) {
	s, _ := withAccounts(t, "a", "b")
	told := watchClaims(t, s)
	dying, living := openQuick(t, s.dir), openQuick(t, s.dir)
	for store, id := range map[*FileStore]string{dying: "a", living: "b"} {
		if err := store.Claim("provider", []string{id}); err != nil {
			t.Fatal(err)
		}
	}
	awaitClaims(t, told, "a", "b")
	if err := dying.instance.held["provider"](); err != nil {
		t.Fatal(err)
	}
	awaitClaims(t, told, "b")
	if err := living.Close(); err != nil {
		t.Fatal(err)
	}
	awaitClaims(t, told)
	if left, err := os.ReadDir(s.claimsFolder("provider")); err != nil || len(left) > 0 {
		t.Errorf("%v are left, %v", left, err)
	}
}
