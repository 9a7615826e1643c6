package persistence

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/regular"
)

func needsRemovableLocks(t *testing.T) {
	t.Helper()
	if !locksCanGo {
		t.Skip("an open file cannot be deleted here")
	}
}

func lockFiles(t *testing.T, s *FileStore) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(s.locksFolder("provider"), "*"+lockSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// The lock of an account goes with it, and with who asked for one that is not there.
func TestLockFileGoesWithItsAccount(t *testing.T) {
	needsRemovableLocks(t)
	s, _ := withAccounts(t, "a", "b")
	if err := s.Remove(t.Context(), keyA); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), Key{"provider", "never"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Update(t.Context(), keyA, func(*account.Record) {}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, err := s.Lock(t.Context(), keyA); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if got := lockFiles(t, s); len(got) != 1 {
		t.Errorf("left are %v, want the lock of b", got)
	}
}

// Lock files that earlier versions left are removed, those in use are not.
func TestUnusedLockFilesAreSwept(t *testing.T) {
	needsRemovableLocks(t)
	s, accounts := withAccounts(t, "a", "b")
	activate("a")(t, s)
	for _, id := range []string{"gone", "linked", "held"} {
		write(t, filepath.Join(s.locksFolder("provider"), id+lockSuffix), "")
	}
	elsewhere := filepath.Join(t.TempDir(), "linked.json")
	moveAndLink(t, filepath.Join(accounts, "b.json"), elsewhere)
	unlock, ok, err := s.fs.TryLock(filepath.Join(s.locksFolder("provider"), "held.lock"))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	mustLoad(t, openQuick(t, s.dir))
	var left []string
	for _, path := range lockFiles(t, s) {
		left = append(left, filepath.Base(path))
	}
	if got := fmt.Sprint(left); got != "[a.lock b.lock held.lock linked.lock pool.lock]" {
		t.Errorf("left are %s", got)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
}

// However often an account comes and goes, its lock is held by one at a time.
func TestLockOfAnAccountThatComesAndGoes(t *testing.T) {
	s, _ := withAccounts(t)
	var holders, held atomic.Int64
	work := func(s *FileStore) {
		for range 60 {
			if err := s.Create(t.Context(), labelled("x")); err != nil && !errors.Is(err, ErrExists) {
				t.Error(err)
			}
			l, err := s.Lock(t.Context(), keyA)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				t.Error(err)
				return
			}
			if holders.Add(1) != 1 {
				t.Error("two hold one lock")
			}
			held.Add(1)
			holders.Add(-1)
			if err := l.Unlock(); err != nil {
				t.Error(err)
			}
			if err := s.Remove(t.Context(), keyA); err != nil {
				t.Error(err)
			}
		}
	}
	var running sync.WaitGroup
	for range 4 {
		other := openQuick(t, s.dir)
		running.Go(func() { work(other) })
	}
	running.Wait()
	if held.Load() == 0 {
		t.Error("nobody ever held it")
	}
}

// What stands in a lock's place and is no file makes way, and nobody loses a lock
// by that.
func TestWhatIsInALocksPlaceMakesWay(t *testing.T) {
	for name, put := range map[string]func(string) error{
		"folder": func(path string) error { return os.MkdirAll(filepath.Join(path, "with more"), 0o700) },
		"link":   func(path string) error { return os.Symlink(os.DevNull, path) },
	} {
		t.Run(name, func(t *testing.T) {
			needsSymlinks(t)
			s, _ := withAccounts(t, "a")
			path := filepath.Join(s.locksFolder("provider"), "a.lock")
			for range 20 {
				if err := errors.Join(os.Remove(path), put(path)); err != nil {
					t.Fatal(err)
				}
				var holders atomic.Int64
				var running sync.WaitGroup
				for range 4 {
					other := openQuick(t, s.dir)
					running.Go(func() {
						l, err := other.Lock(t.Context(), keyA)
						if err != nil {
							t.Error(err)
							return
						}
						if holders.Add(1) != 1 {
							t.Error("two hold one lock")
						}
						holders.Add(-1)
						if err := l.Unlock(); err != nil {
							t.Error(err)
						}
					})
				}
				running.Wait()
			}
		})
	}
}

// What made the opening of a lock fail may have made way before it is looked at.
func TestWhatMadeWayIsNoError(t *testing.T) {
	folder := t.TempDir()
	none, file := filepath.Join(folder, "none"), filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{none, file} {
		for _, cause := range []error{syscall.ELOOP, syscall.EISDIR, syscall.ENXIO} {
			if err := checkLock(path, &os.PathError{Op: "open", Path: path, Err: cause}); err != nil {
				t.Errorf("%v: %v", cause, err)
			}
		}
		if err := checkLock(path, os.ErrPermission); !errors.Is(err, os.ErrPermission) {
			t.Errorf("a file that may not be opened: %v", err)
		}
	}
	if err := checkLock(folder, syscall.EISDIR); !errors.Is(err, regular.ErrNotRegular) {
		t.Errorf("a folder: %v", err)
	}
}
