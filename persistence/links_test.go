package persistence

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func checkLink(t *testing.T, path string) {
	t.Helper()
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%s is no symbolic link any more", path)
	}
}

// moveAndLink puts path elsewhere and a link in its place.
func moveAndLink(t *testing.T, path, elsewhere string) {
	t.Helper()
	if err := os.Rename(path, elsewhere); err != nil {
		t.Fatal(err)
	}
	link(t, elsewhere, path)
}

func TestLinkedAccountFile(t *testing.T) {
	needsSymlinks(t)
	s, accounts := withAccounts(t, "a")
	path, elsewhere := filepath.Join(accounts, "a.json"), filepath.Join(t.TempDir(), "dotfile")
	moveAndLink(t, path, elsewhere)

	mustRelabel(t, s, "new")
	checkLink(t, path)
	if snap := mustLoad(t, s); ids(snap) != "a" || snap.Accounts[0].Label != "new" {
		t.Errorf("loaded %+v", snap)
	}
	if info, err := os.Lstat(elsewhere); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the link's target: %v %v", info, err)
	}
	checkNoTempFiles(t, filepath.Dir(elsewhere))

	write(t, path+".tmp", relabelled(t, "stray beside the link"))
	mustLoad(t, s)
	checkLink(t, path)

	if err := s.Remove(t.Context(), keyA); err != nil {
		t.Fatal(err)
	}
	if exists(path) || exists(elsewhere) {
		t.Error("the login is still there after its removal")
	}
}

func TestLinkedFolders(t *testing.T) {
	needsSymlinks(t)
	tests := map[string]func(s *FileStore) string{
		"state":    func(s *FileStore) string { return s.dir },
		"provider": func(s *FileStore) string { return s.providerFolder("provider") },
		"accounts": func(s *FileStore) string { return s.accountsFolder("provider") },
	}
	for name, folder := range tests {
		t.Run(name, func(t *testing.T) {
			s, _ := withAccounts(t, "a")
			moveAndLink(t, folder(s), filepath.Join(t.TempDir(), "elsewhere"))
			mustRelabel(t, s, "new")
			activate("a")(t, s)
			checkLink(t, folder(s))
			if snap := mustLoad(t, s); ids(snap) != "a" || snap.Accounts[0].Label != "new" || snap.Pool.Active != "a" {
				t.Errorf("loaded %+v", snap)
			}
		})
	}
}

// Two state folders that share an account by a link share its lock.
func TestLinkIntoAnotherStateFolderSharesTheLock(t *testing.T) {
	needsSymlinks(t)
	owner, accounts := withAccounts(t, "a")
	guest, guestAccounts := withAccounts(t, "b")
	link(t, filepath.Join(accounts, "a.json"), filepath.Join(guestAccounts, "a.json"))

	lock, err := owner.Lock(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	p, err := guest.place(keyA)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := guest.tryAcquire(p.lock); ok || err != nil {
		t.Errorf("the guest got the lock too (%v)", err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	mustRelabel(t, guest, "by the guest")
	if snap := mustLoad(t, owner); snap.Accounts[0].Label != "by the guest" {
		t.Errorf("the owner loads %+v", snap)
	}
	checkLink(t, filepath.Join(guestAccounts, "a.json"))
}

func TestLinkThatLeadsNowhere(t *testing.T) {
	needsSymlinks(t)
	s, accounts := withAccounts(t, "b")
	path := filepath.Join(accounts, "a.json")
	link(t, filepath.Join(t.TempDir(), "gone"), path)
	if snap := mustLoad(t, s); ids(snap) != "b" || len(snap.Quarantined) != 1 || snap.Quarantined[0].ID != "a" {
		t.Errorf("loaded %+v, want b, and a refused", snap)
	}
	if _, err := s.Update(t.Context(), keyA, func(*account.Record) {}); !errors.Is(err, errDangling) || errors.Is(err, ErrNotFound) {
		t.Errorf("Update: %v, want that the link leads nowhere", err)
	}
	if err := s.Create(t.Context(), labelled("new")); !errors.Is(err, ErrExists) {
		t.Errorf("Create: %v, want ErrExists: the target may come back", err)
	}
	checkLink(t, path)
	if err := s.Remove(t.Context(), keyA); err != nil || exists(path) {
		t.Errorf("Remove: %v, and the link is there: %v", err, exists(path))
	}
}

func TestBrokenLinkedFileKeepsItsBytes(t *testing.T) {
	needsSymlinks(t)
	s, accounts := withAccounts(t, "a")
	elsewhere := filepath.Join(t.TempDir(), "a.json")
	moveAndLink(t, filepath.Join(accounts, "a.json"), elsewhere)
	write(t, elsewhere, "broken")
	snap := mustLoad(t, s)
	if len(snap.Quarantined) != 1 || content(t, snap.Quarantined[0].Path) != "broken" || content(t, elsewhere) != "broken" {
		t.Errorf("loaded %+v, want the link set aside and its target as it was", snap)
	}
}
