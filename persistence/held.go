package persistence

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/seed-810f1486/multiaccount/account"
)

// held is an account of a FileStore under its lock.
type held struct {
	store  *FileStore
	place  place
	record account.Record
	// release is nil after Unlock.
	release func() error
}

// hold takes the account's lock. ErrNotFound when nothing was ever stored for
// the provider.
func (s *FileStore) hold(ctx context.Context, key Key) (*held, error) {
	p, err := s.place(key)
	if err != nil {
		return nil, err
	}
	release, err := s.acquire(ctx, p.lock)
	if errors.Is(err, fs.ErrNotExist) {
		release, err = s.acquireAgain(ctx, p)
	}
	if err != nil {
		return nil, err
	}
	return &held{store: s, place: p, release: release}, nil
}

// acquireAgain makes the folder of locks, which somebody removed, unless the
// accounts are gone as well.
func (s *FileStore) acquireAgain(ctx context.Context, p place) (func() error, error) {
	if _, err := s.fs.Stat(filepath.Dir(p.entry)); errors.Is(err, fs.ErrNotExist) {
		return nil, s.notFound()
	}
	if err := s.makeFolder(filepath.Dir(p.lock), checkFolder); err != nil {
		return nil, err
	}
	return s.acquire(ctx, p.lock)
}

// Record implements [Locked].
func (h *held) Record() account.Record { return h.record }

// Update implements [Locked].
func (h *held) Update(_ context.Context, mutate Mutation) (account.Record, error) {
	if h.release == nil {
		return account.Record{}, accountError(h.place.key, ErrUnlocked)
	}
	rec, err := h.rewrite(mutate)
	if errors.Is(err, errStray) {
		if err = h.store.settle(h.place); err == nil {
			rec, err = h.rewrite(mutate)
		}
	}
	if err != nil {
		return account.Record{}, accountError(h.place.key, err)
	}
	h.record = rec
	return rec, nil
}

func (h *held) rewrite(mutate Mutation) (account.Record, error) {
	rec, err := h.store.read(h.place)
	if err != nil {
		return account.Record{}, err
	}
	last := rec.Revision
	mutate(&rec)
	rec.Revision = last + 1
	err = h.write(&rec)
	return rec, err
}

// readSettled fills in the record, with the write of a dead writer completed:
// who holds the lock for long decides by what it reads now.
func (h *held) readSettled() error {
	err := h.store.settle(h.place)
	if err == nil {
		h.record, err = h.store.read(h.place)
	}
	return err
}

// Unlock implements [Locked].
func (h *held) Unlock() error {
	if h.release == nil {
		return nil
	}
	release := h.release
	h.release = nil
	return release()
}

func (h *held) create(rec *account.Record) error {
	if err := h.store.settle(h.place); err != nil {
		return err
	}
	_, err := h.store.fs.Lstat(h.place.entry)
	switch {
	case err == nil:
		return ErrExists
	case !errors.Is(err, fs.ErrNotExist):
		return storageError(h.place.entry, err)
	}
	rec.Revision = 1
	return h.write(rec)
}

func (h *held) write(rec *account.Record) error {
	rec.ID, rec.Provider = h.place.key.ID, h.place.key.Provider
	data, err := h.store.encode(rec)
	if err != nil {
		return err
	}
	return h.store.replace(h.place.file, data)
}

// remove deletes the file first and a link to it last: a crash in between
// leaves a link that leads nowhere, and no login that nobody knows of.
func (h *held) remove() error {
	if err := h.store.settle(h.place); err != nil {
		return err
	}
	for _, path := range slices.Compact([]string{h.place.file, h.place.entry}) {
		if err := h.store.fs.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return storageError(path, err)
		}
		if err := h.store.folders.wait(filepath.Dir(path)); err != nil {
			return storageError(path, err)
		}
	}
	return h.store.removeIntent(h.place)
}
