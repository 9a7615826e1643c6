//go:build unix

package persistence

import "golang.org/x/sys/unix"

// inheritShared shares the lock through a file that stays open when this process
// becomes another program. The lock is held already, so that there is nothing to
// wait for.
func inheritShared(path string) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOFOLLOW, 0)
	if err == nil {
		err = unix.Flock(fd, unix.LOCK_SH|unix.LOCK_NB)
	}
	return storageError(path, err)
}
