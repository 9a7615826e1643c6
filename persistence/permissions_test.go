package persistence

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

func TestWhatIsMadeIsPrivate(t *testing.T) {
	needsModes(t)
	dir := filepath.Join(t.TempDir(), "missing", "state")
	s := openQuick(t, dir)
	createOld(t, s)
	activate("a")(t, s)
	mustRelabel(t, s, "new")
	err := filepath.WalkDir(filepath.Dir(dir), func(path string, d fs.DirEntry, _ error) error {
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has the mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestLayout(t *testing.T) {
	s, _ := withAccounts(t, "a")
	activate("a")(t, s)
	var got []string
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			got = append(got, strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(s.dir)))
		}
		return err
	})
	want := "/provider/accounts/a.json /provider/locks/a.lock /provider/locks/pool.lock /provider/pool.json /use.lock"
	if err != nil || strings.Join(got, " ") != want {
		t.Errorf("files %v (%v), want %s", got, err, want)
	}
}

func checkRefused(t *testing.T, err error, fix string) {
	t.Helper()
	var refused *PermissionError
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want a *PermissionError", err)
	}
	if refused.Fix != fix || !strings.Contains(err.Error(), fix) {
		t.Errorf("%q names %q, want %q", err, refused.Fix, fix)
	}
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestStateFolderOpenToOthersIsRefused(t *testing.T) {
	needsModes(t)
	dir := filepath.Join(t.TempDir(), "my state")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{0o777, 0o770, 0o722, 0o720, 0o500} {
		chmod(t, dir, mode)
		_, err := OpenFiles(dir)
		checkRefused(t, err, "chmod 700 '"+dir+"'")
	}
	for _, mode := range []fs.FileMode{0o755, 0o700} {
		chmod(t, dir, mode)
		if _, err := OpenFiles(dir); err != nil {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}

func TestFolderOfLoginsOpenToOthersIsRefused(t *testing.T) {
	needsModes(t)
	s, accounts := withAccounts(t, "a")
	for _, folder := range []string{accounts, s.providerFolder("provider")} {
		for _, mode := range []fs.FileMode{0o755, 0o750, 0o711} {
			chmod(t, folder, mode)
			_, err := s.Load(t.Context(), "provider")
			checkRefused(t, err, "chmod 700 "+folder)
			rec := labelled("new")
			rec.ID = "b"
			checkRefused(t, s.Create(t.Context(), rec), "chmod 700 "+folder)
		}
		chmod(t, folder, 0o700)
	}
	if got := ids(mustLoad(t, s)); got != "a" {
		t.Errorf("loaded %q, want what was there before", got)
	}
}

func TestAccountFileOpenToOthersIsRefused(t *testing.T) {
	needsModes(t)
	s, accounts := withAccounts(t, "a", "b")
	path := filepath.Join(accounts, "a.json")
	for _, mode := range []fs.FileMode{0o644, 0o640, 0o602} {
		chmod(t, path, mode)
		before := content(t, path)
		snap := mustLoad(t, s)
		if ids(snap) != "b" || len(snap.Quarantined) != 1 || snap.Quarantined[0].Path != path {
			t.Fatalf("mode %v: loaded %+v, want b and a refused where it is", mode, snap)
		}
		checkRefused(t, snap.Quarantined[0].Err, "chmod 600 "+path)
		_, updateErr := s.Update(t.Context(), keyA, func(*account.Record) { t.Error("the mutation ran") })
		checkRefused(t, updateErr, "chmod 600 "+path)
		_, lockErr := s.Lock(t.Context(), keyA)
		checkRefused(t, lockErr, "chmod 600 "+path)
		if content(t, path) != before {
			t.Error("the file was changed")
		}
	}
	chmod(t, path, 0o600)
	mustRelabel(t, s, "new")
}

func TestDirThatIsNoFolder(t *testing.T) {
	parent := t.TempDir()
	path := filepath.Join(parent, "regular")
	write(t, path, "content")
	for _, dir := range []string{path, filepath.Join(path, "below"), filepath.Join(path, "far", "below")} {
		_, err := OpenFiles(dir)
		var storage *StorageError
		if !errors.As(err, &storage) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "choose a state folder") {
			t.Errorf("%s: %v, want a *StorageError that says what to do", dir, err)
		}
	}
	if entries, err := os.ReadDir(parent); err != nil || len(entries) != 1 || content(t, path) != "content" {
		t.Errorf("something was changed: %v %v", entries, err)
	}
}

func TestDirThatCannotBeMade(t *testing.T) {
	needsModes(t)
	parent := t.TempDir()
	refuses := &faultyFileSystem{fileSystem: osFileSystem{}, cause: fs.ErrPermission, before: 2}
	_, err := openFiles(filepath.Join(parent, "state"), refuses, nil)
	var storage *StorageError
	if !errors.As(err, &storage) || !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "belong to this user") {
		t.Errorf("%v, want a *StorageError that says what to do", err)
	}
	if refuses.hasFailed() != "mkdir" || exists(filepath.Join(parent, "state")) {
		t.Errorf("failed in %s, and left the folder behind: %v", refuses.hasFailed(), exists(filepath.Join(parent, "state")))
	}
}

func TestOpeningMakesNothingBeforeItIsNeeded(t *testing.T) {
	s := openQuick(t, t.TempDir())
	mustLoad(t, s)
	_, err := s.Update(t.Context(), keyA, func(*account.Record) {})
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("Update: %v, want ErrNotFound", err)
	}
	if entries, err := os.ReadDir(s.dir); err != nil || len(entries) != 1 || entries[0].Name() != "use.lock" {
		t.Errorf("the folder holds %v (%v), want the lock of those who have it open", entries, err)
	}
}

func TestMissingLocksFolderIsMadeAgain(t *testing.T) {
	s, _ := withAccounts(t, "a")
	if err := os.RemoveAll(s.locksFolder("provider")); err != nil {
		t.Fatal(err)
	}
	mustRelabel(t, s, "new")
}
