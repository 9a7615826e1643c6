package persistence

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
)

// sweepLocks removes the lock files of accounts that are gone. Each is removed
// under its lock, so nobody holds it, and a waiter makes another one.
func (s *FileStore) sweepLocks(provider string, found *listing) {
	if !locksCanGo {
		return
	}
	entries, err := s.fs.ReadDir(s.locksFolder(provider))
	if err != nil {
		return // the next one to load looks again
	}
	used := make(map[string]bool, len(found.places))
	for i := range found.places {
		used[filepath.Base(found.places[i].lock)] = true
	}
	for _, entry := range entries {
		stem, ok := strings.CutSuffix(entry.Name(), lockSuffix)
		if ok && fitID(stem) && !used[entry.Name()] {
			s.removeUnused(provider, stem)
		}
	}
}

func (s *FileStore) removeUnused(provider, id string) {
	path := filepath.Join(s.locksFolder(provider), id+lockSuffix)
	release, ok, err := s.tryAcquire(path)
	if err != nil || !ok {
		return
	}
	if _, err := s.fs.Lstat(filepath.Join(s.accountsFolder(provider), id+accountSuffix)); errors.Is(err, fs.ErrNotExist) {
		_ = s.fs.Remove(path) // one that stays does no harm
	}
	_ = release()
}
