package persistence

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

// openQuick opens a store that does not wait for the disk.
func openQuick(t *testing.T, dir string) *FileStore {
	t.Helper()
	s, err := openFiles(dir, quickFileSystem{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// withAccounts opens a store that holds accounts of these ids.
func withAccounts(t *testing.T, ids ...string) (s *FileStore, accounts string) {
	t.Helper()
	s = openQuick(t, t.TempDir())
	for _, id := range ids {
		rec := labelled("old")
		rec.ID = id
		if err := s.Create(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
	}
	accounts = s.accountsFolder("provider")
	return s, accounts
}

var keyA = Key{Provider: "provider", ID: "a"}

func mustLoad(t *testing.T, s *FileStore) Snapshot {
	t.Helper()
	snap, err := s.Load(t.Context(), "provider")
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// ids returns the loaded accounts' ids in one string.
func ids(snap Snapshot) string {
	var all []string
	for i := range snap.Accounts {
		all = append(all, snap.Accounts[i].ID)
	}
	return strings.Join(all, " ")
}

// mustRelabel changes the account a.
func mustRelabel(t *testing.T, s *FileStore, label string) {
	t.Helper()
	if _, err := s.Update(t.Context(), keyA, func(r *account.Record) { r.Label = label }); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func checkNoTempFiles(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, tempSuffix) {
			t.Errorf("%s was left behind", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func needsModes(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file modes")
	}
}

func needsSymlinks(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need a privilege on Windows")
	}
}
