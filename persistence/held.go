package persistence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/seed-810f1486/multiaccount/account"
)

// held is an account of a FileStore under its lock.
type held struct {
	store  *FileStore
	place  place
	record account.Record
	// lock is the lock's file as it was when it was taken.
	lock fs.FileInfo
	// intent is the intent that this holder stored and has not settled; nil for
	// none.
	intent *intentWire
	// gone is set when there is no such account.
	gone bool
	// release is nil after Unlock.
	release func() error
}

// hold takes the account's lock. The error is ErrNotFound when nothing was ever
// stored for the provider.
func (s *FileStore) hold(ctx context.Context, key Key) (*held, error) {
	p, err := s.place(key)
	if err != nil {
		return nil, err
	}
	h, err := s.holdFree(ctx, p)
	for h == nil && err == nil {
		if err = rest(ctx, underWayPause); err == nil {
			h, err = s.holdFree(ctx, p)
		}
		if err != nil && ctx.Err() != nil {
			err = fmt.Errorf("%w: %w", ErrLocked, ctx.Err())
		}
	}
	return h, err
}

// holdFree is hold for an account whose refresh token nobody is spending; nil
// while somebody is.
func (s *FileStore) holdFree(ctx context.Context, p place) (*held, error) {
	release, err := s.acquire(ctx, p.lock)
	if errors.Is(err, fs.ErrNotExist) {
		release, err = s.acquireAgain(ctx, p)
	}
	if err != nil {
		return nil, err
	}
	lock, err := s.fs.Lstat(p.lock)
	if errors.Is(err, fs.ErrNotExist) { // somebody has deleted it: the next try makes another
		return nil, release()
	}
	if err != nil {
		return nil, errors.Join(storageError(p.lock, err), release())
	}
	if busy, err := s.underWay(p); busy || err != nil {
		return nil, errors.Join(err, release())
	}
	return &held{store: s, place: p, lock: lock, release: release}, nil
}

// tryHold is hold without waiting, and without reading the account.
func (s *FileStore) tryHold(p place) (release func() error, ok bool, err error) {
	release, ok, err = s.tryAcquire(p.lock)
	if !ok {
		return nil, false, err
	}
	if busy, err := s.underWay(p); busy || err != nil {
		return nil, false, errors.Join(err, release())
	}
	return release, true, nil
}

// acquireAgain makes the folder of locks again, which somebody removed, unless
// the accounts are gone as well.
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
		if err = h.store.recoverTemp(h.place); err == nil {
			rec, err = h.rewrite(mutate)
		}
	}
	if err != nil {
		h.gone = errors.Is(err, ErrNotFound)
		var moved *setAsideError
		if errors.As(err, &moved) || isNoFile(err) {
			err = &UnreadableError{refused(h.place, err)}
		}
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
	rec.Revision = max(last, rec.Revision) + 1
	err = h.write(&rec)
	return rec, err
}

// readRecovered reads the record after it has completed the write of a dead writer:
// decisions under a long lock depend on it.
func (h *held) readRecovered() error {
	err := h.store.recoverTemp(h.place)
	if err == nil {
		h.record, err = h.store.read(h.place)
	}
	h.gone = errors.Is(err, ErrNotFound)
	return err
}

// Unlock implements [Locked]. An exchange that is not settled is no longer under
// way. The lock's file is removed with its account: a waiter then finds that the
// file has lost its name, and makes another one.
func (h *held) Unlock() error {
	if h.release == nil {
		return nil
	}
	release := h.release
	h.release = nil
	if h.gone && locksCanGo && h.isCurrent() == nil {
		_ = h.store.fs.Remove(h.place.lock) // one that stays does no harm
	}
	return errors.Join(h.endIntent(), release())
}

// isCurrent returns an error when the lock no longer excludes anybody, because
// its file was deleted.
func (h *held) isCurrent() error {
	now, err := h.store.fs.Lstat(h.place.lock)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(h.lock, now) {
		return fmt.Errorf("%w: its file %s was deleted while it was held", ErrLocked, h.place.lock)
	}
	return storageError(h.place.lock, err)
}

func (h *held) create(rec *account.Record) error {
	if err := h.store.recoverTemp(h.place); err != nil {
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
	if err := h.store.checkConverted(); err != nil {
		return err
	}
	rec.ID, rec.Provider = h.place.key.ID, h.place.key.Provider
	data, err := h.store.encode(rec)
	if err != nil {
		return err
	}
	if err := checkSize(h.place.file, data, maxAccountFile); err != nil {
		return err
	}
	return h.store.replace(h.place.file, data)
}

// remove deletes the file first and a link to it last: after a crash in between,
// a link leads nowhere, and no login is left that nobody knows of. If a link
// leads to something that is not a file, that is not the account's and stays.
func (h *held) remove() error {
	if err := h.store.recoverTemp(h.place); err != nil {
		return err
	}
	paths := slices.Compact([]string{h.place.file, h.place.entry})
	info, err := h.store.fs.Stat(h.place.file)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ELOOP):
	case err != nil:
		return storageError(h.place.file, err)
	case !info.Mode().IsRegular():
		paths = paths[len(paths)-1:]
	}
	for _, path := range paths {
		if err := h.store.fs.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return storageError(path, err)
		}
		if err := h.store.folders.wait(filepath.Dir(path)); err != nil {
			return storageError(path, err)
		}
	}
	h.gone = true
	return h.store.removeIntent(h.place)
}
