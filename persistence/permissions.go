package persistence

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// checkFile refuses an account file that other users may read or write.
func checkFile(path string, mode fs.FileMode) error {
	return checkMode(path, mode, 0o077, "chmod 600 ")
}

// checkOwner refuses an account file that belongs neither to this user nor to the
// owner of the folder, who could put any file there.
func (s *FileStore) checkOwner(p place, info fs.FileInfo) error {
	owner, ok := ownerOf(info)
	if !ok || owner == os.Geteuid() {
		return nil
	}
	folder, err := s.fs.Stat(filepath.Dir(p.entry))
	if err != nil {
		return storageError(p.entry, err)
	}
	if host, ok := ownerOf(folder); ok && host == owner {
		return nil
	}
	return storageError(p.entry, &fs.PathError{Op: "open", Path: p.file, Err: errForeign})
}

// errForeign is a kind of fs.ErrPermission.
var errForeign = fmt.Errorf("it belongs to another user: %w", fs.ErrPermission)

// checkFolder refuses a folder within the state folder that other users may enter.
func checkFolder(path string, mode fs.FileMode) error {
	return checkMode(path, mode, 0o077, "chmod 700 ")
}

// checkRoot refuses a state folder in which other users could replace files. That
// they can list it is harmless, since the folders within are closed, and mode
// 0755 is what mkdir gives.
func checkRoot(path string, mode fs.FileMode) error {
	return checkMode(path, mode, 0o022, "chmod 700 ")
}

// checkMode refuses a mode with one of the forbidden bits, and a folder that
// its owner cannot use. Windows has no such modes: access there is inherited
// from the user's profile.
func checkMode(path string, mode, forbidden fs.FileMode, command string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	closed := mode.IsDir() && mode.Perm()&0o700 != 0o700
	if mode.Perm()&forbidden == 0 && !closed {
		return nil
	}
	return &PermissionError{Path: path, Mode: mode, Fix: command + shellQuote(path)}
}
