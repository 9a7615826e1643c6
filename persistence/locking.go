package persistence

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The pauses between two tries to get a lock that another process holds.
// Asking again costs some 10 µs, and a lock is either free within the
// millisecond of a write or held for the length of a token exchange.
const (
	firstPause = time.Millisecond
	lastPause  = 5 * time.Millisecond
)

// acquire takes the lock at path, among the callers of this store and among the
// processes, and returns what releases it.
//
// It asks the kernel repeatedly instead of waiting within flock(2). That wait
// cannot be canceled, so a caller that gives up would leave a thread behind, and
// later a lock that nobody wants.
func (s *FileStore) acquire(ctx context.Context, path string) (func() error, error) {
	if s.readOnly { // a lock is taken to change something
		return nil, storageError(path, refuse("lock", path))
	}
	if err := s.local.lock(ctx, path); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLocked, err)
	}
	unlock, err := s.waitForProcesses(ctx, path)
	if err != nil {
		s.local.unlock(path)
		return nil, err
	}
	release := s.releaser(path, unlock)
	if err := ctx.Err(); err != nil { // the caller has given up
		return nil, errors.Join(err, release())
	}
	return release, nil
}

func (s *FileStore) waitForProcesses(ctx context.Context, path string) (func() error, error) {
	for pause := firstPause; ; pause = min(pause*3/2, lastPause) {
		unlock, ok, err := s.tryLock(path)
		if err != nil {
			return nil, storageError(path, err)
		}
		if ok {
			return unlock, nil
		}
		if err := rest(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// rest waits before a lock is asked for again.
func rest(ctx context.Context, pause time.Duration) error {
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrLocked, ctx.Err())
	}
}

// tryAcquire is acquire without waiting; ok is false while the lock is held.
func (s *FileStore) tryAcquire(path string) (release func() error, ok bool, err error) {
	if !s.local.tryLock(path) {
		return nil, false, nil
	}
	unlock, ok, err := s.tryLock(path)
	if err != nil || !ok {
		s.local.unlock(path)
		return nil, false, storageError(path, err)
	}
	return s.releaser(path, unlock), true, nil
}

func (s *FileStore) releaser(path string, unlock func() error) func() error {
	return func() error {
		defer s.local.unlock(path)
		return storageError(path, unlock())
	}
}
