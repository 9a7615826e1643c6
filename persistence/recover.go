package persistence

import (
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// recoverTemp handles the temp file of a writer that died. The caller holds the lock
// under which it was written, so nobody is writing it now, and nothing was stored
// after it. A complete file is the write that was about to be made, perhaps a
// login whose previous refresh token is already spent. It is completed, which
// keeps that login. An incomplete one is removed.
func (s *FileStore) recoverTemp(p place) error {
	temp := p.file + tempSuffix
	data, _, err := s.fs.ReadFile(temp, maxAccountFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case isNoFile(err): // not from a writer of the store
		return storageError(temp, s.discard(temp))
	case err != nil:
		return storageError(temp, err)
	}
	whole, err := s.decode(p.key, data)
	if errors.Is(err, ErrNewerVersion) {
		return err
	}
	if err != nil {
		return storageError(temp, s.fs.Remove(temp))
	}
	stored, err := s.read(p)
	switch {
	case err == nil && stored.Generation > whole.Generation:
		return storageError(temp, s.fs.Remove(temp))
	case err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrCorrupt):
		return err
	}
	return s.complete(temp, p.file)
}

// complete does the rest of what the writer of temp had to do.
func (s *FileStore) complete(temp, path string) error {
	f, err := s.fs.Open(temp)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err == nil {
		err = s.fs.Rename(temp, path)
	}
	if err != nil {
		return storageError(temp, err)
	}
	return s.syncFolderOf(path)
}

// discard removes what is in the place of a temp file; a folder that is not empty
// is moved away instead.
func (s *FileStore) discard(path string) error {
	err := s.fs.Remove(path)
	if info, statErr := s.fs.Lstat(path); err == nil || statErr != nil || !info.IsDir() {
		return err
	}
	return s.moveAway(path)
}

// moveAway renames something that is in the place of a file and holds no stored
// bytes.
func (s *FileStore) moveAway(path string) error {
	aside, err := s.freeName(path)
	if err != nil {
		return err
	}
	return s.fs.Rename(path, aside)
}

// setAsideError is the ErrCorrupt of a file that has been quarantined.
type setAsideError struct {
	path  string
	cause error
}

func (e *setAsideError) Error() string {
	return printable.Text(e.cause.Error() + "; its bytes are kept in " + e.path)
}

func (e *setAsideError) Unwrap() error { return e.cause }

// setAside quarantines a file that cannot be read: it renames the file, so that
// nothing overwrites it, and returns a *setAsideError. The caller holds the lock.
func (s *FileStore) setAside(p place, cause error) error {
	path, err := s.freeName(p.entry)
	if err == nil {
		err = storageError(p.entry, s.fs.Rename(p.entry, path))
	}
	if err == nil {
		err = s.syncFolderOf(p.entry)
	}
	switch {
	case errors.Is(err, errReadOnly):
		return cause
	case err != nil:
		return errors.Join(cause, err)
	}
	return &setAsideError{path: path, cause: cause}
}

// stampLayout gives names that sort by time and have no character that a file
// system refuses.
const stampLayout = "20060102T150405.000000000Z"

// freeName returns an unused name for the quarantine.
func (s *FileStore) freeName(entry string) (string, error) {
	for at := time.Now().UTC(); ; at = at.Add(time.Nanosecond) {
		path := entry + setAsideMark + at.Format(stampLayout)
		_, err := s.fs.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil {
			return "", storageError(path, err)
		}
	}
}

// parseSetAside reads an account's id and the time from the name of a quarantined
// file; ok is false for any other name.
func parseSetAside(name string) (id string, at time.Time, ok bool) {
	stem, stamp, found := strings.Cut(name, accountSuffix+setAsideMark)
	if !found {
		return "", time.Time{}, false
	}
	at, err := time.Parse(stampLayout, stamp)
	return stem, at, err == nil
}
