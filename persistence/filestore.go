package persistence

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/account"
)

// FileStore is the [Store] that keeps one file for each account in a folder
// that any number of processes share. Locks are the kernel's (flock), so a
// process that dies holds none. It is safe for concurrent use.
type FileStore struct {
	dir     string
	fs      fileSystem
	local   keyedMutex
	folders folderSyncer
	// root identifies the state folder that was opened; nil is not compared.
	root fs.FileInfo
	// cipher encrypts and decrypts accounts; nil when they are stored in plain
	// text. seals is set while accounts are to be stored encrypted.
	cipher Cipher
	seals  bool
	// converts is set for the store that encrypts or decrypts the folder.
	converts bool
	// readOnly is set for a store that changes nothing.
	readOnly bool
	// logins are those that an add has read.
	logins readLogins
	// unuse releases the lock that tells others the folder is open.
	unuse func() error
	// instance identifies this store's claims to other processes.
	instance *instance
}

var _ Store = (*FileStore)(nil)

// Providers returns the names of those that have a folder, whose accounts
// [Store.Load] returns.
func (s *FileStore) Providers() ([]string, error) {
	entries, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return nil, storageError(s.dir, err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() && checkProvider(entry.Name()) == nil {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// present returns an error when the state folder is not the one that was opened:
// it was moved or removed, or its disk is gone. Then nobody has removed what is
// missing in it, and nothing must be made anew.
func (s *FileStore) present() error {
	if s.root == nil {
		return nil
	}
	now, err := s.fs.Stat(s.dir)
	if err == nil && !os.SameFile(s.root, now) {
		err = &fs.PathError{Op: "open", Path: s.dir, Err: fs.ErrNotExist}
	}
	return storageError(s.dir, err)
}

// notFound is the error for an account without a file.
func (s *FileStore) notFound() error {
	if err := s.present(); err != nil {
		return err
	}
	return ErrNotFound
}

// Create implements [Store].
func (s *FileStore) Create(ctx context.Context, rec account.Record) error {
	key := Key{Provider: rec.Provider, ID: rec.ID}
	if err := key.check(); err != nil {
		return err
	}
	if err := s.makeFolders(rec.Provider); err != nil {
		return accountError(key, err)
	}
	held, err := s.hold(ctx, key)
	if err != nil {
		return accountError(key, err)
	}
	return accountError(key, errors.Join(held.create(&rec), held.Unlock()))
}

// Update implements [Store].
func (s *FileStore) Update(ctx context.Context, key Key, mutate Mutation) (rec account.Record, err error) {
	held, err := s.hold(ctx, key)
	if err != nil {
		return account.Record{}, accountError(key, err)
	}
	defer func() { err = errors.Join(err, held.Unlock()) }() // also when mutate panics
	return held.Update(ctx, mutate)
}

// Lock implements [Store].
func (s *FileStore) Lock(ctx context.Context, key Key) (Locked, error) {
	held, err := s.hold(ctx, key)
	if err != nil {
		return nil, accountError(key, err)
	}
	if err := held.readRecovered(); err != nil {
		return nil, accountError(key, errors.Join(err, held.Unlock()))
	}
	return held, nil
}

// Remove implements [Store]. It deletes the account's file, also when a symbolic
// link led to it; quarantined files stay.
func (s *FileStore) Remove(ctx context.Context, key Key) error {
	held, err := s.hold(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return accountError(key, err)
	}
	return accountError(key, errors.Join(held.remove(), held.Unlock()))
}

// makeFolders makes the missing folders of a provider.
func (s *FileStore) makeFolders(provider string) error {
	if err := s.present(); err != nil {
		return err
	}
	for _, folder := range []string{s.providerFolder(provider), s.accountsFolder(provider), s.locksFolder(provider)} {
		if err := s.makeFolder(folder, checkFolder); err != nil {
			return err
		}
	}
	return nil
}

// makeFolder makes path and its parents if needed, and checks the mode of a
// folder that existed.
func (s *FileStore) makeFolder(path string, check func(string, fs.FileMode) error) error {
	info, err := s.fs.Stat(path)
	switch {
	case err == nil && !info.IsDir():
		return storageError(path, &fs.PathError{Op: "open", Path: path, Err: errNoFolder})
	case err == nil:
		return check(path, info.Mode())
	case !errors.Is(err, fs.ErrNotExist):
		return storageError(path, err)
	}
	parent := filepath.Dir(path)
	if err := s.makeFolder(parent, anyMode); err != nil {
		return err
	}
	if err := s.fs.Mkdir(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return storageError(path, err)
	}
	return storageError(parent, s.folders.wait(parent))
}

// anyMode accepts the folders above the state folder: they are not the store's.
func anyMode(string, fs.FileMode) error { return nil }
