//go:build !windows

package persistence

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// lockFlags open a lock's file: no pipe is waited for, and no link leads to a
// file that is somebody else's.
const lockFlags = os.O_RDONLY | syscall.O_NONBLOCK | syscall.O_NOFOLLOW

// locksCanGo is set where a file can be deleted while it is locked.
const locksCanGo = true

// syncDir makes renames within path durable. A file system that cannot sync a
// folder says so with EINVAL or ENOTSUP, and then there is nothing to wait for.
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

// keepOpen keeps the file at path alive until release. The kernel frees the
// blocks of a file that is replaced, and on some disks tells the disk so,
// while it holds the folder's lock, unless somebody has the file open; then it
// does so at the close, and other writers go on meanwhile.
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
