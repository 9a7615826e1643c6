package persistence

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/failpoint"
)

// read returns the stored account. The caller holds its lock: a file that does
// not parse is quarantined.
func (s *FileStore) read(p place) (account.Record, error) {
	rec, err := s.peek(p)
	if errors.Is(err, ErrCorrupt) {
		err = s.setAside(p, err)
	}
	return rec, err
}

// peek is read without the lock. Files are only ever replaced, so it sees a whole
// one, old or new. It changes nothing.
func (s *FileStore) peek(p place) (account.Record, error) {
	data, info, err := s.fs.ReadFile(p.file, maxAccountFile)
	if errors.Is(err, fs.ErrNotExist) {
		return account.Record{}, s.notFound()
	}
	if err != nil {
		return account.Record{}, storageError(p.file, err)
	}
	if err := errors.Join(checkFile(p.file, info.Mode()), s.checkOwner(p, info)); err != nil {
		return account.Record{}, err
	}
	return s.decode(p.key, data)
}

// errStray is returned by replace when a temp file exists already.
var errStray = errors.New("an unfinished write has left its file")

// replace makes data the content of path, atomically and durably. After an error
// the old or the new content is there. The caller holds the lock of path, so
// nobody else uses the name of its temp file. One that exists was left by a
// writer that died or could not remove it; the caller has to recover it.
func (s *FileStore) replace(path string, data []byte) error {
	temp := path + tempSuffix
	f, err := s.fs.Create(temp)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %w", errStray, err)
	}
	if err == nil {
		err = fill(f, data)
	}
	if err == nil {
		failpoint.Here("store.synced")
		err = s.fs.Rename(temp, path)
	}
	failpoint.Here("store.renamed")
	if err != nil {
		_ = s.fs.Remove(temp) // if it stays, the next writer recovers it
		return storageError(path, err)
	}
	return s.syncFolderOf(path)
}

// fill writes data durably and closes f.
func fill(f file, data []byte) error {
	_, err := f.Write(data)
	failpoint.Here("store.written")
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (s *FileStore) syncFolderOf(path string) error {
	return storageError(path, s.folders.wait(filepath.Dir(path)))
}
