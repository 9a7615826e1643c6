//go:build !windows

package persistence

import (
	"errors"
	"os"
	"syscall"
)

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

// retryBusy runs op once: here a file that is open can still be replaced.
func retryBusy(op func() error) error { return op() }

func isDiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func isNoLocking(err error) bool {
	return errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.ENOTSUP)
}
