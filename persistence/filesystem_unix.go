//go:build !windows

package persistence

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// lockFlags open a lock's file: without waiting for a pipe, and without following
// a link to somebody else's file.
const lockFlags = os.O_RDONLY | syscall.O_NONBLOCK | syscall.O_NOFOLLOW

// locksCanGo is set where a file can be deleted while it is locked.
const locksCanGo = true

// syncDir makes renames within path durable. A file system that cannot sync a
// folder returns EINVAL or ENOTSUP, and then nothing has to be waited for.
func syncDir(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }() // nothing was written
	err = folder.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}

// keepOpen keeps the file at path open until release. When a file is replaced,
// the kernel frees its blocks, and on some disks reports them to the disk, while
// it holds the folder's lock. When somebody has the file open, it does that
// later, at the close, and other writers need not wait.
func keepOpen(path string) (release func()) {
	f, _, err := regular.Open(path, os.O_RDONLY)
	if err != nil {
		return func() {}
	}
	return func() { _ = f.Close() }
}

// retryBusy runs op once: here a file that is open can still be replaced.
func retryBusy(op func() error) error { return op() }

// ownerOf returns the id of the user that a file belongs to.
func ownerOf(info fs.FileInfo) (uid int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}

func isDiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func isNoLocking(err error) bool {
	return errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.ENOTSUP)
}
