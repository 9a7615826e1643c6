package persistence

import (
	"errors"
	"time"

	"golang.org/x/sys/windows"
)

// busyFor is how long a file that somebody has open is tried again.
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

func isDiskFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

func isNoLocking(err error) bool {
	return errors.Is(err, windows.ERROR_NOT_SUPPORTED) || errors.Is(err, windows.ERROR_INVALID_FUNCTION)
}
