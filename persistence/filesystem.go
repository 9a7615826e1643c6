package persistence

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// fileSystem is everything the store asks of the operating system, so that a
// test can make each single operation fail. Errors are those of package os.
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
	// ReadFile returns a file's content and mode.
	ReadFile(path string) ([]byte, fs.FileMode, error)
	// Create makes a file that only its owner may read; fs.ErrExist when
	// something has that name.
	Create(path string) (file, error)
	// Open opens a file that is there, without changing it.
	Open(path string) (file, error)
	// Rename replaces what is at to.
	Rename(from, to string) error
	Remove(path string) error
	// SyncDir makes the names in a folder durable.
	SyncDir(path string) error
	// TryLock takes the flock of a file, which it makes when it is missing,
	// without waiting; ok is false while somebody else holds it.
	TryLock(path string) (unlock func() error, ok bool, err error)
	// TryShare is TryLock for a lock that any number may hold together.
	TryShare(path string) (unlock func() error, ok bool, err error)
}

// file is a file open for writing.
type file interface {
	io.WriteCloser
	// Sync returns when what was written is durable.
	Sync() error
}

// osFileSystem is the real one. What differs between systems is in
// filesystem_unix.go and filesystem_windows.go.
type osFileSystem struct{}

func (osFileSystem) Mkdir(path string) error                    { return os.Mkdir(path, 0o700) }
func (osFileSystem) Stat(path string) (fs.FileInfo, error)      { return os.Stat(path) }
func (osFileSystem) Lstat(path string) (fs.FileInfo, error)     { return os.Lstat(path) }
func (osFileSystem) EvalSymlinks(path string) (string, error)   { return filepath.EvalSymlinks(path) }
func (osFileSystem) ReadDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }

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

func (osFileSystem) Open(path string) (file, error) { return os.OpenFile(path, os.O_RDWR, 0) }

func (osFileSystem) ReadFile(path string) (data []byte, mode fs.FileMode, err error) {
	err = retryBusy(func() error { data, mode, err = readFile(path); return err })
	return data, mode, err
}

// readFile is os.ReadFile that also tells the mode of the file it read.
func readFile(path string) ([]byte, fs.FileMode, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	data := make([]byte, info.Size()+1)
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, 0, err
	}
	return data[:n], info.Mode(), nil
}

func (osFileSystem) TryLock(path string) (unlock func() error, ok bool, err error) {
	lock := flock.New(path, flock.SetPermissions(0o600))
	ok, err = lock.TryLock()
	return lock.Unlock, ok, err
}

func (osFileSystem) TryShare(path string) (unlock func() error, ok bool, err error) {
	lock := flock.New(path, flock.SetPermissions(0o600))
	ok, err = lock.TryRLock()
	return lock.Unlock, ok, err
}
