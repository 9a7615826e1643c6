package persistence

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// lockFlags open a lock's file.
const lockFlags = os.O_RDONLY

// locksCanGo is false: an open file cannot be deleted.
const locksCanGo = false

// busyFor is how long the store tries to replace a file that somebody has open.
const busyFor = 2 * time.Second

// syncDir does nothing: NTFS keeps its names in a journal of its own, and a
// folder cannot be flushed.
func syncDir(string) error { return nil }

// keepOpen does nothing: an open file could not be replaced.
func keepOpen(string) (release func()) { return func() {} }

// retryBusy repeats op while a reader, an indexer or a virus scanner has the
// file open, since Windows refuses to replace such a file.
func retryBusy(op func() error) error {
	const pause = 5 * time.Millisecond
	for end := time.Now().Add(busyFor); ; time.Sleep(pause) {
		err := op()
		if err == nil || !isBusy(err) || time.Now().After(end) {
			return err
		}
	}
}

func isBusy(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) ||
		errors.Is(err, windows.ERROR_LOCK_VIOLATION) ||
		errors.Is(err, windows.ERROR_ACCESS_DENIED)
}

// ownerOf returns nothing: access is inherited from the user's profile.
func ownerOf(fs.FileInfo) (uid int, ok bool) { return 0, false }

func isDiskFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

func isNoLocking(err error) bool {
	return errors.Is(err, windows.ERROR_NOT_SUPPORTED) || errors.Is(err, windows.ERROR_INVALID_FUNCTION)
}
