package persistence

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

// quickFileSystem is the real one without waiting for the disk.
type quickFileSystem struct{ osFileSystem }

func (quickFileSystem) SyncDir(string) error { return nil }

func (q quickFileSystem) Create(path string) (file, error) {
	f, err := q.osFileSystem.Create(path)
	return quickFile{f}, err
}

func (q quickFileSystem) Open(path string) (file, error) {
	f, err := q.osFileSystem.Open(path)
	return quickFile{f}, err
}

type quickFile struct{ file }

func (quickFile) Sync() error { return nil }

// faultyFileSystem fails one operation, or all from that one on, as a disk
// that fills up does.
type faultyFileSystem struct {
	fileSystem
	cause error
	stays bool

	mu     sync.Mutex
	before int // operations that still succeed
	failed string
	// at is the path of the operation that failed first.
	at  string
	log []string
}

func (f *faultyFileSystem) fail(op, path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, op+" "+filepath.Base(path))
	f.before--
	if f.before >= 0 || f.failed != "" && !f.stays {
		return nil
	}
	if f.failed == "" {
		f.failed, f.at = op, path
	}
	return &fs.PathError{Op: op, Path: path, Err: f.cause}
}

// hasFailed returns the operation that failed first; empty when all ran.
func (f *faultyFileSystem) hasFailed() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

func (f *faultyFileSystem) Mkdir(path string) error {
	if err := f.fail("mkdir", path); err != nil {
		return err
	}
	return f.fileSystem.Mkdir(path)
}

func (f *faultyFileSystem) Stat(path string) (fs.FileInfo, error) {
	if err := f.fail("stat", path); err != nil {
		return nil, err
	}
	return f.fileSystem.Stat(path)
}

func (f *faultyFileSystem) Lstat(path string) (fs.FileInfo, error) {
	if err := f.fail("lstat", path); err != nil {
		return nil, err
	}
	return f.fileSystem.Lstat(path)
}

func (f *faultyFileSystem) EvalSymlinks(path string) (string, error) {
	if err := f.fail("evalsymlinks", path); err != nil {
		return "", err
	}
	return f.fileSystem.EvalSymlinks(path)
}

func (f *faultyFileSystem) ReadDir(path string) ([]fs.DirEntry, error) {
	if err := f.fail("readdir", path); err != nil {
		return nil, err
	}
	return f.fileSystem.ReadDir(path)
}

func (f *faultyFileSystem) ReadFile(path string, most int64) ([]byte, fs.FileInfo, error) {
	if err := f.fail("read", path); err != nil {
		return nil, nil, err
	}
	return f.fileSystem.ReadFile(path, most)
}

func (f *faultyFileSystem) Create(path string) (file, error) {
	if err := f.fail("create", path); err != nil {
		return nil, err
	}
	opened, err := f.fileSystem.Create(path)
	return &faultyFile{opened, f, path}, err
}

func (f *faultyFileSystem) Open(path string) (file, error) {
	if err := f.fail("open", path); err != nil {
		return nil, err
	}
	opened, err := f.fileSystem.Open(path)
	return &faultyFile{opened, f, path}, err
}

func (f *faultyFileSystem) Rename(from, to string) error {
	if err := f.fail("rename", from); err != nil {
		return err
	}
	return f.fileSystem.Rename(from, to)
}

func (f *faultyFileSystem) Remove(path string) error {
	if err := f.fail("remove", path); err != nil {
		return err
	}
	return f.fileSystem.Remove(path)
}

func (f *faultyFileSystem) SyncDir(path string) error {
	if err := f.fail("syncdir", path); err != nil {
		return err
	}
	return f.fileSystem.SyncDir(path)
}

// TryLock gives the lock back even when Unlock fails, as closing a file does.
func (f *faultyFileSystem) TryLock(path string) (func() error, bool, error) {
	if err := f.fail("lock", path); err != nil {
		return nil, false, err
	}
	unlock, ok, err := f.fileSystem.TryLock(path)
	return func() error { return errors.Join(unlock(), f.fail("unlock", path)) }, ok, err
}

// TryShare is counted like TryLock.
func (f *faultyFileSystem) TryShare(path string) (func() error, bool, error) {
	if err := f.fail("share", path); err != nil {
		return nil, false, err
	}
	unlock, ok, err := f.fileSystem.TryShare(path)
	return func() error { return errors.Join(unlock(), f.fail("unshare", path)) }, ok, err
}

type faultyFile struct {
	file
	system *faultyFileSystem
	path   string
}

// Write fails after half of data, as a full disk does.
func (f *faultyFile) Write(data []byte) (int, error) {
	if err := f.system.fail("write", f.path); err != nil {
		n, writeErr := f.file.Write(data[:len(data)/2])
		return n, errors.Join(err, writeErr)
	}
	return f.file.Write(data)
}

func (f *faultyFile) Sync() error { return errors.Join(f.system.fail("sync", f.path), f.file.Sync()) }

func (f *faultyFile) Close() error {
	return errors.Join(f.system.fail("close", f.path), f.file.Close())
}

// change is one way to change the state, with the states before and after it.
type change struct {
	run    func(t *testing.T, s *FileStore) error
	before func(t *testing.T, s *FileStore)
	isOld  func(Snapshot) bool
	isNew  func(Snapshot) bool
}

func changes() map[string]change {
	label := func(want string) func(Snapshot) bool {
		return func(s Snapshot) bool { return len(s.Accounts) == 1 && s.Accounts[0].Label == want }
	}
	none := func(s Snapshot) bool { return len(s.Accounts) == 0 }
	active := func(want string) func(Snapshot) bool { return func(s Snapshot) bool { return s.Pool.Active == want } }
	relabel := func(r *account.Record) { r.Label = "new" }
	return map[string]change{
		"Create": {
			before: func(*testing.T, *FileStore) {},
			run:    func(t *testing.T, s *FileStore) error { t.Helper(); return s.Create(t.Context(), labelled("new")) },
			isOld:  none, isNew: label("new"),
		},
		"Add": {
			before: func(*testing.T, *FileStore) {},
			run:    func(t *testing.T, s *FileStore) error { t.Helper(); return s.Add(t.Context(), labelled("new")) },
			isOld:  none, isNew: label("new"),
		},
		"Update": {
			before: createOld, isOld: label("old"), isNew: label("new"),
			run: func(t *testing.T, s *FileStore) error {
				t.Helper()
				_, err := s.Update(t.Context(), keyA, relabel)
				return err
			},
		},
		"Lock, Update, Unlock": {
			before: createOld, isOld: label("old"), isNew: label("new"),
			run: func(t *testing.T, s *FileStore) error {
				t.Helper()
				l, err := s.Lock(t.Context(), keyA)
				if err != nil {
					return err
				}
				_, err = l.Update(t.Context(), relabel)
				return errors.Join(err, l.Unlock())
			},
		},
		"a refresh": {
			before: createOld, isOld: label("old"), isNew: label("new"),
			run: func(t *testing.T, s *FileStore) error {
				t.Helper()
				l, err := s.Lock(t.Context(), keyA)
				if err != nil {
					return err
				}
				if err := l.Intend(account.Intent{Token: "spent", Process: 1}); err != nil {
					return errors.Join(err, l.Unlock())
				}
				_, err = l.Update(t.Context(), relabel)
				return errors.Join(err, l.Settle(), l.Unlock())
			},
		},
		"Claim": {
			before: createOld, isOld: label("old"), isNew: label("old"),
			run: func(t *testing.T, s *FileStore) error {
				t.Helper()
				return errors.Join(s.Claim("provider", []string{keyA.ID}), s.Close())
			},
		},
		"Remove": {
			before: createOld, isOld: label("old"), isNew: none,
			run: func(t *testing.T, s *FileStore) error { t.Helper(); return s.Remove(t.Context(), keyA) },
		},
		"UpdatePool": {
			before: activate("old"), isOld: active("old"), isNew: active("new"),
			run: func(t *testing.T, s *FileStore) error {
				t.Helper()
				_, err := s.UpdatePool(t.Context(), "provider", func(p *PoolState) { p.Active = "new" })
				return err
			},
		},
		"the first UpdatePool": {
			before: func(*testing.T, *FileStore) {}, isOld: active(""), isNew: active("new"),
			run: func(t *testing.T, s *FileStore) error {
				t.Helper()
				_, err := s.UpdatePool(t.Context(), "provider", func(p *PoolState) { p.Active = "new" })
				return err
			},
		},
	}
}

func labelled(label string) account.Record {
	return account.Record{
		ID: keyA.ID, Provider: keyA.Provider, Label: label,
		Credentials: account.Credentials{RefreshToken: account.NewSecret(strings.Repeat(label, 100))},
	}
}

func createOld(t *testing.T, s *FileStore) {
	t.Helper()
	if err := s.Create(t.Context(), labelled("old")); err != nil {
		t.Fatal(err)
	}
}

func activate(id string) func(*testing.T, *FileStore) {
	return func(t *testing.T, s *FileStore) {
		t.Helper()
		if _, err := s.UpdatePool(t.Context(), "provider", func(p *PoolState) { p.Active = id }); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryFault fails operation 0, 1, 2 and so on of each change until it
// runs through, once alone and once together with all that follow.
func TestEveryFault(t *testing.T) {
	advice := map[error]string{
		syscall.ENOSPC: "free space",
		syscall.EIO:    "check the disk",
		syscall.EACCES: "belong to this user",
	}
	for name, c := range changes() {
		for cause, want := range advice {
			for _, stays := range []bool{false, true} {
				t.Run(name+"/"+cause.Error()+map[bool]string{true: " from then on"}[stays], func(t *testing.T) {
					n := 0
					for faulted(t, c, &faultyFileSystem{fileSystem: quickFileSystem{}, cause: cause, stays: stays, before: n}, want) {
						n++
					}
					if n < 7 {
						t.Errorf("only %d operations were seen to fail", n)
					}
				})
			}
		}
	}
}

// faulted runs one change on a failing disk and reports whether it failed.
func faulted(t *testing.T, c change, faulty *faultyFileSystem, advice string) bool {
	t.Helper()
	dir := t.TempDir()
	c.before(t, openQuick(t, dir))
	s := &FileStore{dir: dir, fs: faulty, folders: folderSyncer{sync: faulty.SyncDir}}
	s.instance = newInstance()
	err := c.run(t, s)
	failed := faulty.hasFailed()
	if failed != "" && err == nil && strings.HasSuffix(faulty.at, lockSuffix) {
		failed = "" // a lock's file that stays does no harm
	}
	if failed != "" {
		checkFault(t, failed, err, faulty.cause, advice)
	} else if err != nil {
		t.Fatalf("failed on a healthy disk: %v", err)
	}

	healthy := openQuick(t, dir)
	snap, loadErr := healthy.Load(t.Context(), "provider")
	if loadErr != nil || len(snap.Quarantined) > 0 {
		t.Errorf("after a fault in %s: %v, quarantined %v", failed, loadErr, snap.Quarantined)
	}
	if !c.isNew(snap) && (failed == "" || !c.isOld(snap)) {
		t.Errorf("after a fault in %q the state is neither the old one nor the new one: %+v", failed, snap)
	}
	healthy.claimedByOthers("provider") // who looks, tidies up
	checkNoTempFiles(t, dir)
	if err := c.run(t, healthy); err != nil && !errors.Is(err, ErrExists) {
		t.Errorf("after a fault in %s the change fails on a healthy disk: %v", failed, err)
	}
	return faulty.hasFailed() != ""
}

func checkFault(t *testing.T, op string, err, cause error, advice string) {
	t.Helper()
	var storage *StorageError
	switch {
	case !errors.Is(err, cause) || !errors.As(err, &storage):
		t.Errorf("a fault in %s gave %v, want a *StorageError with the cause", op, err)
	case !strings.Contains(err.Error(), advice) || storage.Path == "":
		t.Errorf("a fault in %s gave %q (path %q), want advice to %q", op, err, storage.Path, advice)
	}
}
