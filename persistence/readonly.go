package persistence

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// OpenReadOnly returns the store of a folder that is only looked at: nothing in
// it is made, changed, locked for longer than a look, or set aside, and what
// would do so fails. c is the key of an encrypted folder, nil for one in plain
// text. A folder that is not there has no accounts, and one that its owner may
// read but not write to is read.
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

// readable is a folder's mode as a check is to see it: who only reads has no
// need to write.
func (s *FileStore) readable(mode fs.FileMode) fs.FileMode {
	if s.readOnly {
		mode |= 0o200
	}
	return mode
}

// errReadOnly is what a change ends with.
var errReadOnly = errors.New("the state folder was opened to be read")

// readOnlyFiles refuses whatever would change something.
type readOnlyFiles struct{ fileSystem }

func refuse(op, path string) error { return &fs.PathError{Op: op, Path: path, Err: errReadOnly} }

func (readOnlyFiles) Mkdir(path string) error          { return refuse("mkdir", path) }
func (readOnlyFiles) Create(path string) (file, error) { return nil, refuse("create", path) }
func (readOnlyFiles) Open(path string) (file, error)   { return nil, refuse("open", path) }
func (readOnlyFiles) Rename(from, _ string) error      { return refuse("rename", from) }
func (readOnlyFiles) Remove(path string) error         { return refuse("remove", path) }
func (readOnlyFiles) SyncDir(path string) error        { return refuse("sync", path) }

// TryLock tells whether somebody holds a lock, and makes none: nobody holds what
// is not there.
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
