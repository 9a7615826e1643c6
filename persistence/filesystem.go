package persistence

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gofrs/flock"

	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// fileSystem is everything that the store asks of the operating system. A test
// can make each operation fail. Errors are those of package os.
type fileSystem interface {
	// Mkdir makes one folder that only its owner may enter.
	Mkdir(path string) error
	// Stat follows symbolic links.
	Stat(path string) (fs.FileInfo, error)
	// Lstat does not.
	Lstat(path string) (fs.FileInfo, error)
	// EvalSymlinks returns path without symbolic links.
	EvalSymlinks(path string) (string, error)
	ReadDir(path string) ([]fs.DirEntry, error)
	// ReadFile returns a file's content and information. It never blocks: what
	// is not a regular file, or has more than most bytes, is refused, and so is
	// a symbolic link that leads nowhere. See [isNoFile].
	ReadFile(path string, most int64) ([]byte, fs.FileInfo, error)
	// Create makes a file that only its owner may read; fs.ErrExist when
	// something has that name.
	Create(path string) (file, error)
	// Open opens an existing file without changing it.
	Open(path string) (file, error)
	// Rename replaces what is at to.
	Rename(from, to string) error
	Remove(path string) error
	// SyncDir makes the names in a folder durable.
	SyncDir(path string) error
	// TryLock takes the flock of a file without waiting, and makes the file if
	// needed; ok is false while somebody else holds the lock, or when the file
	// lost its name meanwhile. What is not a regular file is refused.
	TryLock(path string) (unlock func() error, ok bool, err error)
	// TryShare is TryLock for a lock that any number may hold together.
	TryShare(path string) (unlock func() error, ok bool, err error)
	// TryLockFolder is TryLock for an existing folder.
	TryLockFolder(path string) (unlock func() error, ok bool, err error)
}

// file is a file open for writing.
type file interface {
	io.WriteCloser
	// Sync returns when what was written is durable.
	Sync() error
}

// osFileSystem is the operating system's. What differs between systems is in
// filesystem_unix.go and filesystem_windows.go.
type osFileSystem struct{}

func (osFileSystem) Mkdir(path string) error                    { return os.Mkdir(path, 0o700) }
func (osFileSystem) Stat(path string) (fs.FileInfo, error)      { return os.Stat(path) }
func (osFileSystem) Lstat(path string) (fs.FileInfo, error)     { return os.Lstat(path) }
func (osFileSystem) ReadDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }

// EvalSymlinks returns the operating system's error for a loop of links.
func (osFileSystem) EvalSymlinks(path string) (string, error) {
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		if _, cause := os.Stat(path); cause != nil {
			err = cause
		}
	}
	return resolved, err
}

func (osFileSystem) Rename(from, to string) error {
	defer keepOpen(to)()
	return retryBusy(func() error { return os.Rename(from, to) })
}

func (osFileSystem) Remove(path string) error {
	return retryBusy(func() error { return os.Remove(path) })
}

func (osFileSystem) SyncDir(path string) error { return syncDir(path) }

func (osFileSystem) Create(path string) (file, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (osFileSystem) Open(path string) (file, error) {
	f, _, err := regular.Open(path, os.O_RDWR)
	return f, err
}

func (osFileSystem) ReadFile(path string, most int64) (data []byte, info fs.FileInfo, err error) {
	err = retryBusy(func() error { data, info, err = regular.Read(path, most); return err })
	if errors.Is(err, fs.ErrNotExist) {
		if _, there := os.Lstat(path); there == nil {
			err = &fs.PathError{Op: "open", Path: path, Err: errDangling}
		}
	}
	return data, info, err
}

func (osFileSystem) TryLock(path string) (unlock func() error, ok bool, err error) {
	return tryFlock(path, (*flock.Flock).TryLock)
}

func (osFileSystem) TryShare(path string) (unlock func() error, ok bool, err error) {
	return tryFlock(path, (*flock.Flock).TryRLock)
}

func (osFileSystem) TryLockFolder(path string) (unlock func() error, ok bool, err error) {
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	ok, err = lock.TryLock()
	return lock.Unlock, ok, err
}

// tryFlock takes a lock that counts only while the file has its name: another
// process would lock the file that has the name now.
func tryFlock(path string, try func(*flock.Flock) (bool, error)) (unlock func() error, ok bool, err error) {
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|lockFlags), flock.SetPermissions(0o600))
	if ok, err = try(lock); !ok {
		return nil, false, checkLock(path, err)
	}
	held, err := lock.Stat()
	if err == nil {
		err = regular.Check(path, held.Mode())
	}
	if err != nil {
		return nil, false, errors.Join(err, lock.Unlock())
	}
	if named, err := os.Lstat(path); err != nil || !os.SameFile(held, named) {
		return nil, false, lock.Unlock() // it was deleted, perhaps replaced: the next try finds what is there now
	}
	return lock.Unlock, true, nil
}

// checkLock says what was found in place of a lock that could not be opened. It
// returns nil when that is gone by now: the next try finds what is there.
func checkLock(path string, err error) error {
	if err == nil {
		return nil
	}
	info, statErr := os.Lstat(path)
	switch {
	case statErr == nil && !info.Mode().IsRegular():
		return regular.Check(path, info.Mode())
	case isOfNoFile(err) && (statErr == nil || errors.Is(statErr, fs.ErrNotExist)):
		return nil
	}
	return err
}

// isOfNoFile reports whether a link, a folder, a socket or a device made the open
// fail.
func isOfNoFile(err error) bool {
	for _, cause := range []error{syscall.ELOOP, syscall.EISDIR, syscall.ENXIO, syscall.ENODEV} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}
