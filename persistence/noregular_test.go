//go:build !windows

package persistence

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/regular"
)

func pipe(t *testing.T, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A removed account takes nothing with it that is not its own.
func TestRemoveOfALinkToWhatIsNoFile(t *testing.T) {
	s, accounts := withAccounts(t, "a")
	target, path := filepath.Join(t.TempDir(), "pipe"), filepath.Join(accounts, "a.json")
	pipe(t, target)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	link(t, target, path)
	if err := s.Remove(t.Context(), keyA); err != nil || exists(path) || !exists(target) {
		t.Errorf("Remove: %v; the link is there: %v, the pipe is: %v", err, exists(path), exists(target))
	}
}

// What people edit is a file, or it is not touched and nothing is left beside it.
func TestEditOfWhatIsNoFile(t *testing.T) {
	folder, dir := t.TempDir(), t.TempDir()
	pipe(t, filepath.Join(folder, "pipe"))
	path := filepath.Join(dir, "settings.jsonc")
	link(t, filepath.Join(folder, "pipe"), path)
	edit := func([]byte) ([]byte, error) { t.Error("it was edited"); return nil, nil }
	if err := EditFile(t.Context(), path, edit); !errors.Is(err, regular.ErrNotRegular) {
		t.Errorf("EditFile: %v", err)
	}
	for _, where := range []string{folder, dir} {
		if names, err := os.ReadDir(where); err != nil || len(names) != 1 {
			t.Errorf("%v are left, %v", names, err)
		}
	}
}

// The lock beside a file that people edit may be a pipe.
func TestEditWithAPipeForALock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.jsonc")
	pipe(t, path+lockSuffix)
	if err := EditFile(t.Context(), path, func([]byte) ([]byte, error) { return []byte("{}"), nil }); err != nil || content(t, path) != "{}" {
		t.Errorf("EditFile: %v", err)
	}
}

// An account that is too large is not written, so that it can be read again.
func TestTooLargeAccountIsNotWritten(t *testing.T) {
	s, _ := withAccounts(t, "a")
	_, err := s.Update(t.Context(), keyA, func(r *account.Record) { r.Label = strings.Repeat("x", maxAccountFile) })
	if !errors.Is(err, regular.ErrTooLarge) {
		t.Errorf("Update: %v", err)
	}
	if snap := mustLoad(t, s); ids(snap) != "a" || snap.Accounts[0].Label != "old" {
		t.Errorf("loaded %+v", snap)
	}
}

// A pool's file that is none is set aside, and the pool starts anew.
func TestPoolThatIsNoFile(t *testing.T) {
	for name, put := range map[string]func(path string){
		"pipe":   func(path string) { pipe(t, path) },
		"folder": func(path string) { _ = os.MkdirAll(filepath.Join(path, "more"), 0o700) },
		"loop":   func(path string) { link(t, path, path) },
		"4 TiB":  func(path string) { write(t, path, ""); _ = os.Truncate(path, 1<<42) },
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := withAccounts(t, "a")
			path := filepath.Join(s.providerFolder("provider"), "pool.json")
			put(path)
			snap := mustLoad(t, s)
			if ids(snap) != "a" || len(snap.Quarantined) != 1 || snap.Quarantined[0].InPlace || !exists(snap.Quarantined[0].Path) {
				t.Fatalf("loaded %+v, want the pool's file set aside", snap)
			}
			activate("a")(t, s)
			if snap := mustLoad(t, s); snap.Pool.Active != "a" {
				t.Errorf("loaded %+v", snap.Pool)
			}
		})
	}
}
