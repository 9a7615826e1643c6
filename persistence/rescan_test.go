package persistence

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// A look through the folder finds what no notice told of: what has changed,
// and which accounts there are.
func TestRescanFindsWhatWasMissed(t *testing.T) {
	s, accounts := withAccounts(t, "a", "b")
	longAgo := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(accounts, "b.json"), longAgo, longAgo); err != nil {
		t.Fatal(err)
	}
	var changed, present []string
	l := &watcher{store: s, provider: "provider", folder: accounts, scanned: time.Now(), watching: Watching{
		Changed: func(id string) { changed = append(changed, id) },
		Present: func(ids []string) { present = ids },
	}}
	mustRelabel(t, s, "new")
	l.rescan()
	if !slices.Equal(changed, []string{"a"}) || !slices.Equal(present, []string{"a", "b"}) {
		t.Errorf("told that %v changed and %v are there", changed, present)
	}
}
