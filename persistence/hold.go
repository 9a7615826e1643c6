package persistence

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Hold is a lock on a file, which the kernel drops when every process that has it is
// gone, however they ended. What the file holds does not matter. One goroutine uses
// a Hold.
type Hold struct {
	path   string
	unlock func() error
}

// Share takes a lock that any number of processes may have together. It waits while
// one has it alone, [ErrLocked] when ctx ends before that. Missing folders are made.
func Share(ctx context.Context, path string) (*Hold, error) {
	return hold(ctx, path, osFileSystem{}.TryShare)
}

// Take takes a lock that no other process may have meanwhile. It waits while one
// has, [ErrLocked] when ctx ends before that. Missing folders are made.
func Take(ctx context.Context, path string) (*Hold, error) {
	return hold(ctx, path, osFileSystem{}.TryLock)
}

// TryTake is [Take] without waiting: it returns nil when another process has the lock.
func TryTake(path string) (*Hold, error) {
	return tryHold(path, osFileSystem{}.TryLock)
}

// IsTaken reports whether a process has the lock alone. It makes nothing.
func IsTaken(path string) (bool, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	h, err := tryHold(path, osFileSystem{}.TryShare)
	if err != nil || h == nil {
		return err == nil, err
	}
	return false, h.Release()
}

// tryLocking is one of the ways to take the lock of a file.
type tryLocking func(path string) (unlock func() error, ok bool, err error)

func hold(ctx context.Context, path string, try tryLocking) (*Hold, error) {
	for {
		h, err := tryHold(path, try)
		if h != nil || err != nil {
			return h, err
		}
		if err := rest(ctx, lastPause); err != nil {
			return nil, err
		}
	}
}

func tryHold(path string, try tryLocking) (*Hold, error) {
	if err := MakeFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	unlock, ok, err := try(path)
	if err != nil || !ok {
		return nil, storageError(path, err)
	}
	return &Hold{path, unlock}, nil
}

// MakeFolder makes a folder that is missing, and those above it, for their owner
// alone (0700).
func MakeFolder(path string) error {
	s := &FileStore{fs: osFileSystem{}, folders: folderSyncer{sync: osFileSystem{}.SyncDir}}
	return s.makeFolder(path, anyMode)
}

// Release gives the lock back.
func (h *Hold) Release() error { return storageError(h.path, h.unlock()) }

// Inherit has the program that this process is about to become share the lock, and
// those that it starts. It is for a lock of [Share] on Unix, and
// errors.ErrUnsupported on other systems.
func (h *Hold) Inherit() error { return inheritShared(h.path) }
