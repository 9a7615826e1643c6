package persistence

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// tryLock is TryLock of the file system. If something that is not a file is in
// the place of the lock, it is moved away first.
func (s *FileStore) tryLock(path string) (unlock func() error, ok bool, err error) {
	return s.tryCleared(path, s.fs.TryLock)
}

func (s *FileStore) tryCleared(path string, try func(string) (func() error, bool, error)) (unlock func() error, ok bool, err error) {
	unlock, ok, err = try(path)
	if !errors.Is(err, regular.ErrNotRegular) {
		return unlock, ok, err
	}
	if cleared, err := s.clearLock(path); err != nil || !cleared {
		return nil, false, err
	}
	return try(path)
}

// clearLock moves away what is in the place of a lock and is not a file, such as
// a pipe. A lock holds no bytes, so nothing is lost, and the account can be used.
// One process at a time does so, under the lock of the folder: without it a second
// process could move away the lock file that the first one has just made. cleared is
// false while another process holds the folder's lock.
func (s *FileStore) clearLock(path string) (cleared bool, err error) {
	release, ok, err := s.fs.TryLockFolder(filepath.Dir(path))
	if err != nil || !ok {
		return false, err
	}
	defer func() { err = errors.Join(err, release()) }()
	info, err := s.fs.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().IsRegular() {
		return true, nil
	}
	if err == nil {
		err = s.moveAway(path)
	}
	return err == nil, err
}
