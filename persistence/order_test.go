package persistence

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

// logged runs one change and returns the operations that write.
func logged(t *testing.T, dir string, run func(s *FileStore) error) string {
	t.Helper()
	log := &faultyFileSystem{fileSystem: quickFileSystem{}, before: 1 << 30}
	s := &FileStore{dir: dir, fs: log, folders: folderSyncer{sync: log.SyncDir}, instance: newInstance()}
	if err := run(s); err != nil {
		t.Fatal(err)
	}
	var writes []string
	for _, op := range log.log {
		switch name, _, _ := strings.Cut(op, " "); name {
		case "stat", "lstat", "evalsymlinks", "read", "readdir":
		default:
			writes = append(writes, op)
		}
	}
	return strings.ReplaceAll(strings.Join(writes, ", "), s.instance.name, "INSTANCE")
}

// What a power failure leaves behind depends on the order of these: data
// before its name, the name before the answer, all of it under the lock.
func TestOrderOfWrites(t *testing.T) {
	const replaced = "create a.json.tmp, write a.json.tmp, sync a.json.tmp, close a.json.tmp, rename a.json.tmp, syncdir accounts"
	wants := map[string]string{
		"Create": "mkdir provider, syncdir 001, mkdir accounts, syncdir provider, mkdir locks, syncdir provider, " +
			"lock a.lock, " + replaced + ", unlock a.lock",
		"Update":               "lock a.lock, " + replaced + ", unlock a.lock",
		"Lock, Update, Unlock": "lock a.lock, " + replaced + ", unlock a.lock",
		"Remove":               "lock a.lock, remove a.json, syncdir accounts, remove a.intent, remove a.lock, unlock a.lock",
		"UpdatePool":           "lock pool.lock, " + strings.NewReplacer("a.json", "pool.json", "accounts", "provider").Replace(replaced) + ", unlock pool.lock",
	}
	all := changes()
	for name, want := range wants {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			all[name].before(t, openQuick(t, dir))
			want = strings.ReplaceAll(want, "syncdir 001", "syncdir "+filepath.Base(dir))
			if got := logged(t, dir, func(s *FileStore) error { return all[name].run(t, s) }); got != want {
				t.Errorf("did  %s\nwant %s", got, want)
			}
		})
	}
}

// The intent is durable before anyone may spend the token, the new login is
// before the intent goes, and the lock is held all the while.
func TestOrderOfARefresh(t *testing.T) {
	s, _ := withAccounts(t, "a")
	got := logged(t, s.dir, func(s *FileStore) error {
		l, err := s.Lock(t.Context(), keyA)
		if err != nil {
			return err
		}
		stored := l.Record()
		intended := l.Intend(account.Intent{Token: stored.Credentials.RefreshToken.Fingerprint()})
		_, updated := l.Update(t.Context(), func(r *account.Record) { r.Credentials.RefreshToken = account.NewSecret("next") })
		return errors.Join(intended, updated, l.Settle(), l.Unlock())
	})
	const replaced = "create F.tmp, write F.tmp, sync F.tmp, close F.tmp, rename F.tmp, syncdir accounts, "
	want := "lock a.lock, mkdir claims, syncdir provider, lock INSTANCE.lock, " + strings.ReplaceAll(replaced, "F", "a.intent") + strings.ReplaceAll(replaced, "F", "a.json") +
		"remove a.intent, unlock a.lock"
	if got != want {
		t.Errorf("did  %s\nwant %s", got, want)
	}
}

func TestOrderOfCompletingADeadWritersWork(t *testing.T) {
	s, accounts := withAccounts(t, "a")
	write(t, filepath.Join(accounts, "a.json.tmp"), relabelled(t, "new"))
	got := logged(t, s.dir, func(s *FileStore) error { _, err := s.Load(t.Context(), "provider"); return err })
	const want = "lock a.lock, open a.json.tmp, sync a.json.tmp, close a.json.tmp, rename a.json.tmp, syncdir accounts, unlock a.lock"
	if got != want {
		t.Errorf("did  %s\nwant %s", got, want)
	}
}

func TestOrderOfQuarantine(t *testing.T) {
	s, accounts := withAccounts(t, "a")
	write(t, filepath.Join(accounts, "a.json"), "broken")
	got := logged(t, s.dir, func(s *FileStore) error { _, err := s.Load(t.Context(), "provider"); return err })
	if want := "lock a.lock, rename a.json, syncdir accounts, unlock a.lock"; got != want {
		t.Errorf("did  %s\nwant %s", got, want)
	}
}

func TestLoadOfHealthyAccountsWritesNothing(t *testing.T) {
	s, _ := withAccounts(t, "a", "b")
	activate("a")(t, s)
	if got := logged(t, s.dir, func(s *FileStore) error { _, err := s.Load(t.Context(), "provider"); return err }); got != "" {
		t.Errorf("did %s", got)
	}
}
