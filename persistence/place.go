package persistence

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// The names below the state folder.
const (
	accountsFolder = "accounts"
	locksFolder    = "locks"
	accountSuffix  = ".json"
	lockSuffix     = ".lock"
	tempSuffix     = ".tmp"
	setAsideMark   = ".quarantined-"
)

// place is where one account, or a pool's state, is kept.
type place struct {
	key Key
	// entry is its path in the accounts folder, perhaps a symbolic link.
	entry string
	// file is where entry leads; the same as entry when it is no link.
	file string
	lock string
}

// The folders of one provider.

func (s *FileStore) providerFolder(provider string) string { return filepath.Join(s.dir, provider) }

func (s *FileStore) accountsFolder(provider string) string {
	return filepath.Join(s.dir, provider, accountsFolder)
}

func (s *FileStore) locksFolder(provider string) string {
	return filepath.Join(s.dir, provider, locksFolder)
}

// place finds the account. It follows symbolic links first, so that they survive
// a rename onto the file and that all processes take the same lock.
func (s *FileStore) place(key Key) (place, error) {
	if err := key.check(); err != nil {
		return place{}, err
	}
	folder := s.accountsFolder(key.Provider)
	link, err := s.isLink(folder)
	if link {
		folder, err = s.resolve(folder)
	}
	if err != nil {
		return place{}, err
	}
	if link, err = s.isLink(filepath.Join(folder, key.ID+accountSuffix)); err != nil {
		return place{}, err
	}
	return s.placeIn(folder, key, link)
}

// isLink reports whether path is a symbolic link; false when nothing is there.
func (s *FileStore) isLink(path string) (bool, error) {
	info, err := s.fs.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, storageError(path, err)
	}
	return info.Mode()&fs.ModeSymlink != 0, nil
}

// placeIn is place within an accounts folder that has been resolved.
func (s *FileStore) placeIn(folder string, key Key, link bool) (place, error) {
	p := place{key: key, entry: filepath.Join(folder, key.ID+accountSuffix)}
	p.file = p.entry
	if link {
		var err error
		if p.file, err = s.resolve(p.entry); err != nil {
			return p, err
		}
	}
	p.lock = s.lockOf(key.Provider, p.file)
	return p, nil
}

// resolve follows the links in path; a path that leads nowhere, or back to
// itself, stays as it is.
func (s *FileStore) resolve(path string) (string, error) {
	resolved, err := s.fs.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ELOOP) {
		return path, nil
	}
	return resolved, storageError(path, err)
}

// lockOf returns the lock of an account's file. When a link led to a file in
// another state folder, the lock is in that folder.
func (s *FileStore) lockOf(provider, file string) string {
	folder, name := filepath.Split(file)
	locks := s.locksFolder(provider)
	if folder = filepath.Clean(folder); filepath.Base(folder) == accountsFolder {
		locks = filepath.Join(filepath.Dir(folder), locksFolder)
	}
	return filepath.Join(locks, strings.TrimSuffix(name, accountSuffix)+lockSuffix)
}

// poolPlace is the place of a pool's state; its key has no id.
func (s *FileStore) poolPlace(provider string) (place, error) {
	if err := checkProvider(provider); err != nil {
		return place{}, err
	}
	entry := filepath.Join(s.providerFolder(provider), poolName+accountSuffix)
	file, err := s.resolve(entry)
	lock := filepath.Join(s.locksFolder(provider), poolName+lockSuffix)
	return place{key: Key{Provider: provider}, entry: entry, file: file, lock: lock}, err
}

// HasAccounts reports whether a state folder has accounts of a provider, which may be
// encrypted or unreadable. It opens none and makes nothing.
func HasAccounts(dir, provider string) bool {
	s := &FileStore{dir: dir}
	entries, err := os.ReadDir(s.accountsFolder(provider))
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return strings.HasSuffix(e.Name(), accountSuffix) && !strings.Contains(e.Name(), setAsideMark)
	})
}
