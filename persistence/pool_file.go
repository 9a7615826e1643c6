package persistence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// UpdatePool implements [Store]. A file that does not parse is quarantined, and
// the pool starts anew: it holds preferences, no logins.
func (s *FileStore) UpdatePool(ctx context.Context, provider string, mutate func(*PoolState)) (PoolState, error) {
	if err := checkProvider(provider); err != nil {
		return PoolState{}, err
	}
	state, err := s.updatePool(ctx, provider, mutate)
	if err != nil {
		return PoolState{}, poolError(provider, err)
	}
	return state, nil
}

// LockPool implements [Store].
func (s *FileStore) LockPool(ctx context.Context, provider string) (unlock func() error, err error) {
	p, err := s.poolPlace(provider)
	if err == nil {
		err = s.makeFolders(provider)
	}
	if err == nil {
		unlock, err = s.acquire(ctx, p.lock)
	}
	if err != nil {
		return nil, poolError(provider, err)
	}
	return unlock, nil
}

func (s *FileStore) updatePool(ctx context.Context, provider string, mutate func(*PoolState)) (state PoolState, err error) {
	if err := s.makeFolders(provider); err != nil {
		return PoolState{}, err
	}
	p, err := s.poolPlace(provider)
	if err != nil {
		return PoolState{}, err
	}
	release, err := s.acquire(ctx, p.lock)
	if err != nil {
		return PoolState{}, err
	}
	defer func() { err = errors.Join(err, release()) }() // also when mutate panics
	return s.rewritePool(p, mutate)
}

func (s *FileStore) rewritePool(p place, mutate func(*PoolState)) (PoolState, error) {
	state, err := s.readPool(p)
	var moved *setAsideError
	if err != nil && !errors.As(err, &moved) {
		return PoolState{}, err
	}
	mutate(&state)
	state.bound()
	data, err := encodePool(&state)
	if err == nil {
		err = checkSize(p.file, data, maxPoolFile)
	}
	if err != nil {
		return PoolState{}, err
	}
	return state, s.replaceStale(p.file, data)
}

// replaceStale is replace for a file of which an unfinished write can be dropped.
func (s *FileStore) replaceStale(path string, data []byte) error {
	err := s.replace(path, data)
	if !errors.Is(err, errStray) {
		return err
	}
	if err := s.discard(path + tempSuffix); err != nil {
		return storageError(path, err)
	}
	return s.replace(path, data)
}

// readPool quarantines a file that does not parse; the caller holds the lock.
func (s *FileStore) readPool(p place) (PoolState, error) {
	state, err := s.peekPool(p)
	if errors.Is(err, ErrCorrupt) {
		err = s.setAside(p, err)
	}
	return state, err
}

// peekPool needs no lock and changes nothing. Without a file it returns the zero
// state. Something that is not a file prevents every change, like a file that
// does not parse.
func (s *FileStore) peekPool(p place) (PoolState, error) {
	data, _, err := s.fs.ReadFile(p.file, maxPoolFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return PoolState{}, nil
	case isNoFile(err):
		return PoolState{}, corrupt(err)
	case err != nil:
		return PoolState{}, storageError(p.file, err)
	}
	return decodePool(data)
}

// loadPool adds the pool's state and its quarantined files to snap.
func (s *FileStore) loadPool(provider string, snap *Snapshot) error {
	p, err := s.poolPlace(provider)
	if err != nil {
		return poolError(provider, err)
	}
	if err := s.listPool(p, snap); err != nil {
		return poolError(provider, err)
	}
	snap.Pool, err = s.peekPool(p)
	if errors.Is(err, ErrCorrupt) {
		snap.Pool, err = s.readPoolLocked(p, err)
	}
	if err != nil {
		snap.Quarantined = append(snap.Quarantined, refused(p, err))
	}
	return nil
}

// readPoolLocked reads the state once more under the lock, unless that is held.
func (s *FileStore) readPoolLocked(p place, cause error) (PoolState, error) {
	release, ok, err := s.tryAcquire(p.lock)
	if !ok {
		return PoolState{}, errors.Join(cause, err)
	}
	state, err := s.readPool(p)
	return state, errors.Join(err, release())
}

// listPool adds the pool's quarantined files, and removes the temp file of a
// writer that died.
func (s *FileStore) listPool(p place, snap *Snapshot) error {
	folder := filepath.Dir(p.entry)
	entries, err := s.fs.ReadDir(folder)
	if err != nil {
		return storageError(folder, err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if stem, at, ok := parseSetAside(name); ok && stem == poolName {
			snap.Quarantined = append(snap.Quarantined, Quarantined{Path: filepath.Join(folder, name), At: at})
		}
		if strings.HasSuffix(name, tempSuffix) {
			s.sweepPool(p)
		}
	}
	return nil
}

// sweepPool leaves a temp file alone while its writer may be at work.
func (s *FileStore) sweepPool(p place) {
	if release, ok, _ := s.tryAcquire(p.lock); ok {
		_ = s.fs.Remove(p.file + tempSuffix)
		_ = release()
	}
}

// poolError names the pool that err is about; nil stays nil.
func poolError(provider string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("pool of %s: %w", provider, err)
}
