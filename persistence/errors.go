package persistence

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// Errors of a Store; they come wrapped with the account they concern.
var (
	// ErrExists is returned when an account of that id is already stored.
	ErrExists = errors.New("the account is already stored")
	// ErrNotFound is returned when no account of that id is stored.
	ErrNotFound = errors.New("no such account is stored")
	// ErrLocked is returned when somebody else, usually another process, kept
	// the lock until the deadline. Nothing was changed; a later try can succeed.
	ErrLocked = errors.New("the lock is held by another process or caller")
	// ErrCorrupt is returned when the stored account cannot be read; it has
	// been quarantined.
	ErrCorrupt = errors.New("the stored account cannot be read")
	// ErrNewerVersion is returned when the file was written by a newer
	// version of this program. It is left alone: update this program.
	ErrNewerVersion = errors.New("written by a newer version of this program; update this one to use it")
	// ErrName is returned for an account id or a provider name that cannot be a
	// file name.
	ErrName = errors.New("not fit for a file name")
	// ErrUnlocked is returned by [Locked.Update] after Unlock.
	ErrUnlocked = errors.New("the account's lock was released")
)

// UnreadableError is returned for an account whose file exists and cannot be
// used. Its text is the Reason, and it wraps the cause.
type UnreadableError struct{ Quarantined }

// Error says what is wrong and how to repair it.
func (e *UnreadableError) Error() string { return e.Reason }

// Unwrap returns the cause.
func (e *UnreadableError) Unwrap() error { return e.Err }

// PermissionError is returned when a folder or an account file is open to other
// users, or closed to its owner. Nothing is read or written until the owner
// repairs it with the command in Fix.
type PermissionError struct {
	Path string
	Mode fs.FileMode
	// Fix is the command, ready for a shell.
	Fix string
}

// Error names the path, its mode and the command that repairs it.
func (e *PermissionError) Error() string {
	return printable.Text(fmt.Sprintf("the mode %04o of %s is not safe for logins: run %s", e.Mode.Perm(), e.Path, e.Fix))
}

// StorageError is returned when the operating system refused to read or write the
// state. Either the state from before is still there, or the new one is complete;
// never something in between. The cause can be tested with errors.Is
// (syscall.ENOSPC, fs.ErrPermission and so on).
type StorageError struct {
	// Path is the file or folder concerned.
	Path string
	// Fix says what to do before trying again.
	Fix string
	Err error
}

// Error gives the cause and what to do.
func (e *StorageError) Error() string { return printable.Text(e.Err.Error() + ": " + e.Fix) }

// Unwrap returns the operating system's error.
func (e *StorageError) Unwrap() error { return e.Err }

// storageError wraps err, which the operating system returned for path; nil stays
// nil.
func storageError(path string, err error) error {
	if err == nil {
		return nil
	}
	return &StorageError{Path: path, Err: err, Fix: adviceFor(err)}
}

func adviceFor(err error) string {
	switch {
	case isDiskFull(err):
		return "free space on the disk and try again"
	case errors.Is(err, fs.ErrPermission):
		return "make the state folder and what is in it belong to this user (folders mode 0700, files 0600)"
	case errors.Is(err, errReadOnly):
		return "open it for writing to change it"
	case errors.Is(err, syscall.EROFS):
		return "the file system is read-only: choose another state folder"
	case errors.Is(err, errDangling), errors.Is(err, syscall.ELOOP):
		return "make the link lead to the file, or remove it"
	case isNoFile(err):
		return "move it away, or put the right file in its place"
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, errNoFolder):
		return "choose a state folder whose path leads through folders only"
	case errors.Is(err, fs.ErrNotExist):
		return "the state folder has been removed or moved: restore it, or open the state again"
	case errors.Is(err, ErrSealed):
		return "give the key (the passphrase, or the keyring that keeps it)"
	case errors.Is(err, ErrNotSealed):
		return "open it without a key, or encrypt it first"
	case errors.Is(err, errConverting):
		return "try again when that has ended, in seconds as a rule"
	case isNoLocking(err), errors.Is(err, errNoLocks):
		return "this file system has no working locks: choose a state folder on a local disk"
	}
	return "check the disk and try again"
}

var (
	errNoFolder = errors.New("not a folder")
	errDangling = errors.New("a symbolic link that leads nowhere")
	errNoLocks  = errors.New("two held one lock at the same time")
)

// isNoFile reports whether something with the name of a file cannot be one of the
// store's: a folder, a pipe, a link that leads nowhere, a file far too large.
// Nothing can be stored in it.
func isNoFile(err error) bool {
	for _, cause := range []error{regular.ErrNotRegular, regular.ErrTooLarge, errDangling, syscall.ELOOP} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}

// accountError names the account that err is about; nil stays nil.
func accountError(key Key, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("account %s of %s: %w", key.ID, key.Provider, err)
}

// shellQuote makes path one word of a POSIX shell.
func shellQuote(path string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+@%", r)
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
