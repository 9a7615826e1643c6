package persistence

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// ErrChanged is returned for a file that another program has changed meanwhile.
var ErrChanged = errors.New("persistence: the file was changed by another program meanwhile; try again")

// ReadOwn returns the content of a file that belongs to another program, such as its
// settings; nil when there is none.
func ReadOwn(path string) ([]byte, error) {
	data, _, err := osFileSystem{}.ReadFile(path, maxEditedFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, storageError(path, err)
}

// Rewrite replaces the content of a file that belongs to another program,
// atomically and durably. old is the content that the caller has read, nil if there
// was no file; the error is [ErrChanged] if the file has changed since. data is the
// new content; nil removes the file.
//
// The file keeps its mode, a new one is its owner's alone (0600); folders that are
// missing are made. A symbolic link is followed and stays one. No lock is taken:
// the other program knows of none.
func Rewrite(path string, old, data []byte) error {
	s := &FileStore{fs: osFileSystem{}, folders: folderSyncer{sync: osFileSystem{}.SyncDir}}
	path, err := s.target(path)
	if err != nil {
		return err
	}
	if err := s.makeFolder(filepath.Dir(path), anyMode); err != nil {
		return err
	}
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	switch now, err := ReadOwn(path); {
	case err != nil:
		return err
	case !bytes.Equal(now, old) || (now == nil) != (old == nil):
		return fmt.Errorf("%w: %s", ErrChanged, path)
	case data == nil && now == nil:
		return nil
	case data == nil:
		return storageError(path, s.fs.Remove(path))
	}
	return storageError(path, replaceWith(path, data, mode))
}

// replaceWith writes a file beside path, and has it take its place.
func replaceWith(path string, data []byte, mode fs.FileMode) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*"+tempSuffix)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temp.Name()))
		}
	}()
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Chmod(mode)
	}
	if err == nil {
		err = temp.Sync()
	}
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err := (osFileSystem{}).Rename(temp.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// RemoveFile removes a file, durably. The error is fs.ErrNotExist when there is none.
func RemoveFile(path string) error {
	if err := (osFileSystem{}).Remove(path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// OpenLog opens a file that a program's standard error goes to, for its owner alone;
// one that has grown beyond most bytes is begun anew. It says how long it is.
func OpenLog(path string, most int64) (log *os.File, size int64, err error) {
	if err := MakeFolder(filepath.Dir(path)); err != nil {
		return nil, 0, err
	}
	log, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return nil, 0, storageError(path, err)
	}
	info, err := log.Stat()
	if err == nil {
		err = regular.Check(path, info.Mode())
	}
	if err == nil && info.Size() > most {
		return log, 0, storageError(path, log.Truncate(0))
	}
	if err != nil {
		return nil, 0, errors.Join(storageError(path, err), log.Close())
	}
	return log, info.Size(), nil
}
