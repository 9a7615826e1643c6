package persistence

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/account"
)

// read returns the account as it is stored. The caller holds its lock: a file
// that does not parse is set aside.
func (s *FileStore) read(p place) (account.Record, error) {
	rec, err := s.peek(p)
	if errors.Is(err, ErrCorrupt) {
		err = s.setAside(p, err)
	}
	return rec, err
}

// peek is read without the lock: since files are only ever replaced, it sees
// a whole one, old or new. It changes nothing.
func (s *FileStore) peek(p place) (account.Record, error) {
	data, mode, err := s.fs.ReadFile(p.file)
	if errors.Is(err, fs.ErrNotExist) {
		return account.Record{}, ErrNotFound
	}
	if err != nil {
		return account.Record{}, storageError(p.file, err)
	}
	if err := checkFile(p.file, mode); err != nil {
		return account.Record{}, err
	}
	return decodeAccount(p.key, data)
}

// replace makes data the content of path, at once and durably. After an error
// the old content is there, or the new, and no temp file. The caller holds the
// lock of path, so nobody else uses the name of its temp file.
func (s *FileStore) replace(path string, data []byte) error {
	temp := path + tempSuffix
	err := s.writeTemp(temp, data)
	if err == nil {
		err = s.fs.Rename(temp, path)
	}
	if err != nil {
		_ = s.fs.Remove(temp) // what stays is removed by the next one to hold the lock
		return storageError(path, err)
	}
	return s.syncFolderOf(path)
}

func (s *FileStore) writeTemp(temp string, data []byte) error {
	f, err := s.createTemp(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// createTemp makes the temp file, in the place of one that could not be
// removed after an earlier failure.
func (s *FileStore) createTemp(temp string) (file, error) {
	f, err := s.fs.Create(temp)
	if !errors.Is(err, fs.ErrExist) {
		return f, err
	}
	if err := s.fs.Remove(temp); err != nil {
		return nil, err
	}
	return s.fs.Create(temp)
}

func (s *FileStore) syncFolderOf(path string) error {
	return storageError(path, s.folders.wait(filepath.Dir(path)))
}
