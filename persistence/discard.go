package persistence

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
)

// Discarder is a [Store] that can delete quarantined files.
type Discarder interface {
	// Discard deletes the quarantined files of an account, and its file if that exists
	// and cannot be read. An account that can be read stays: the error is ErrExists.
	// What is gone already is no error.
	Discard(ctx context.Context, key Key) error
}

var _ Discarder = (*FileStore)(nil)

// Discard implements [Discarder].
func (s *FileStore) Discard(ctx context.Context, key Key) error {
	held, err := s.hold(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return accountError(key, err)
	}
	return accountError(key, errors.Join(held.discard(), held.Unlock()))
}

func (h *held) discard() error {
	if _, err := h.store.read(h.place); err == nil {
		return ErrExists
	}
	if err := h.remove(); err != nil {
		return err
	}
	folder := filepath.Dir(h.place.entry)
	entries, err := h.store.fs.ReadDir(folder)
	if err != nil {
		return storageError(folder, err)
	}
	for _, entry := range entries {
		if id, _, ok := parseSetAside(entry.Name()); !ok || id != h.place.key.ID {
			continue
		}
		path := filepath.Join(folder, entry.Name())
		if err := h.store.fs.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return storageError(path, err)
		}
	}
	return h.store.syncFolderOf(h.place.entry)
}
