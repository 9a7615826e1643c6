package persistence

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// OpenReadOnly returns a store that only reads a folder. It makes, changes and
// quarantines nothing, and holds a lock only while it reads; calls that would
// change something fail. c is the key of an encrypted folder, nil for one in
// plain text. A folder that does not exist has no accounts. The owner needs no
// right to write to it.
//
// The errors are *PermissionError when other users could change what is in dir,
// *StorageError when it cannot be read, and those of a key as in [OpenSealed].
func OpenReadOnly(dir string, c Cipher) (*FileStore, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, storageError(dir, err)
	}
	files := readOnlyFiles{osFileSystem{}}
	s := &FileStore{
		dir: dir, fs: files, readOnly: true, cipher: c, folders: folderSyncer{sync: files.SyncDir}, instance: newInstance(),
	}
	if s.root, err = files.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil && !s.root.IsDir() {
		err = &fs.PathError{Op: "open", Path: dir, Err: errNoFolder}
	}
	if err != nil {
		return nil, storageError(dir, err)
	}
	if err := checkRoot(dir, s.readable(s.root.Mode())); err != nil {
		return nil, err
	}
	if err := s.checkEncryption(); err != nil {
		return nil, err
	}
	return s, nil
}

// readable returns a folder's mode as a check should see it: a store that only
// reads needs no right to write.
func (s *FileStore) readable(mode fs.FileMode) fs.FileMode {
	if s.readOnly {
		mode |= 0o200
	}
	return mode
}

// errReadOnly is the error of a change.
var errReadOnly = errors.New("the state folder was opened to be read")

// readOnlyFiles refuses everything that would change something.
type readOnlyFiles struct{ fileSystem }

func refuse(op, path string) error { return &fs.PathError{Op: op, Path: path, Err: errReadOnly} }

func (readOnlyFiles) Mkdir(path string) error          { return refuse("mkdir", path) }
func (readOnlyFiles) Create(path string) (file, error) { return nil, refuse("create", path) }
func (readOnlyFiles) Open(path string) (file, error)   { return nil, refuse("open", path) }
func (readOnlyFiles) Rename(from, _ string) error      { return refuse("rename", from) }
func (readOnlyFiles) Remove(path string) error         { return refuse("remove", path) }
func (readOnlyFiles) SyncDir(path string) error        { return refuse("sync", path) }

// TryLock reports whether somebody holds a lock, and makes none: nobody holds a
// lock that does not exist.
func (readOnlyFiles) TryLock(path string) (unlock func() error, ok bool, err error) {
	lock := flock.New(path, flock.SetFlag(lockFlags))
	ok, err = lock.TryLock()
	if errors.Is(err, os.ErrNotExist) {
		return func() error { return nil }, true, nil
	}
	return lock.Unlock, ok, checkLock(path, err)
}

func (readOnlyFiles) TryShare(path string) (unlock func() error, ok bool, err error) {
	return nil, false, refuse("lock", path)
}

func (readOnlyFiles) TryLockFolder(path string) (unlock func() error, ok bool, err error) {
	return nil, false, refuse("lock", path)
}
