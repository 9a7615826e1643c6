package persistence

import (
	"errors"
	"path/filepath"
)

// OpenFiles returns the store whose state folder is dir. It makes the folder if
// needed (mode 0700, parents too). The error is a *PermissionError when other
// users could change what is in dir. It is a *StorageError when the folder cannot
// be made or written to, is not a folder, or is on a file system whose locks do
// not work.
//
// A folder whose accounts are encrypted is refused with [ErrSealed]: see
// [OpenSealed].
func OpenFiles(dir string) (*FileStore, error) { return openFiles(dir, osFileSystem{}, nil) }

// OpenAlone is [OpenFiles], or [OpenSealed] when c is not nil, for a caller that must
// be the only one to have the folder open, for example to move its accounts
// elsewhere. The error is [ErrInUse] while others have it open. Until Close, others
// cannot open it.
func OpenAlone(dir string, c Cipher) (*FileStore, error) {
	s, err := newFileStore(dir, osFileSystem{})
	if err != nil {
		return nil, err
	}
	return s.use(c, s.fs.TryLock, ErrInUse)
}

// OpenSealed is [OpenFiles] for a folder that [Encrypt] has encrypted. It stores
// accounts encrypted with c. The error is [ErrNotSealed] for a folder without
// encryption.
func OpenSealed(dir string, c Cipher) (*FileStore, error) { return openFiles(dir, osFileSystem{}, c) }

func openFiles(dir string, files fileSystem, c Cipher) (*FileStore, error) {
	s, err := newFileStore(dir, files)
	if err != nil {
		return nil, err
	}
	return s.use(c, s.fs.TryShare, errConverting)
}

// use takes the lock that shows that the folder is open. taken is the error when
// somebody else keeps it.
func (s *FileStore) use(c Cipher, try func(string) (func() error, bool, error), taken error) (*FileStore, error) {
	s.cipher = c
	unuse, ok, err := s.tryCleared(s.useLock(), try)
	if err != nil {
		return nil, storageError(s.useLock(), err)
	}
	if !ok {
		return nil, storageError(s.dir, taken)
	}
	s.unuse = unuse
	if err := s.checkEncryption(); err != nil {
		return nil, errors.Join(err, unuse())
	}
	return s, nil
}

// useLock is shared by all who have the folder open.
func (s *FileStore) useLock() string { return filepath.Join(s.dir, "use"+lockSuffix) }

// newFileStore returns a store whose folder exists and can be used.
func newFileStore(dir string, files fileSystem) (*FileStore, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, storageError(dir, err)
	}
	s := &FileStore{dir: dir, fs: files, folders: folderSyncer{sync: files.SyncDir}, instance: newInstance()}
	if err := s.makeFolder(dir, checkRoot); err != nil {
		return nil, err
	}
	if err := s.probeLocks(); err != nil {
		return nil, err
	}
	s.root, err = files.Stat(dir)
	return s, storageError(dir, err)
}

// probeLocks refuses a file system whose locks exclude nobody: two processes
// would spend one refresh token.
func (s *FileStore) probeLocks() error {
	// A name of our own: another process that removes its probe must not
	// have us lock two files for one.
	path := filepath.Join(s.dir, "probe-"+s.instance.name+lockSuffix)
	unlock, ok, err := s.fs.TryLock(path)
	if err != nil || !ok {
		return storageError(path, err)
	}
	again, both, err := s.fs.TryLock(path)
	if both {
		err = errors.Join(errNoLocks, again())
	}
	_ = s.fs.Remove(path) // one that stays does no harm
	return storageError(path, errors.Join(err, unlock()))
}

// Close implements [Store]: it ends this store's claims, and closes the folder.
func (s *FileStore) Close() error {
	err := s.unclaim()
	if s.unuse != nil {
		err = errors.Join(err, s.unuse())
		s.unuse = nil
	}
	return err
}
