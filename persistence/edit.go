package persistence

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// EditFile replaces the content of a file that people write too, such as the
// settings. It takes a lock beside the file, reads the file, passes its content
// to edit, and stores the result, atomically and durably. edit gets nil when
// there is no file. When edit returns an error, nothing is changed, and EditFile
// returns that error. Other calls of EditFile for the file wait, also in other
// processes; the error is [ErrLocked] when ctx ends before that.
//
// A symbolic link is followed and stays one. The file gets mode 0600; missing
// folders are made with 0700.
func EditFile(ctx context.Context, path string, edit func([]byte) ([]byte, error)) error {
	return editFile(ctx, osFileSystem{}, path, edit)
}

func editFile(ctx context.Context, files fileSystem, path string, edit func([]byte) ([]byte, error)) (err error) {
	s := &FileStore{fs: files, folders: folderSyncer{sync: files.SyncDir}}
	if path, err = s.target(path); err != nil {
		return err
	}
	if info, err := files.Stat(path); err == nil {
		if err := regular.Check(path, info.Mode()); err != nil {
			return storageError(path, err)
		}
	}
	if err := s.makeFolder(filepath.Dir(path), anyMode); err != nil {
		return err
	}
	release, err := s.acquire(ctx, path+lockSuffix)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	old, _, err := files.ReadFile(path, maxEditedFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storageError(path, err)
	}
	data, err := edit(old)
	if err != nil {
		return err
	}
	return s.replaceStale(path, data)
}

// WriteFile makes data the content of path, atomically and durably. Only its
// owner may read it. Without replace, the error is fs.ErrExist when something has
// that name.
func WriteFile(path string, data []byte, replace bool) error {
	s := &FileStore{fs: osFileSystem{}, folders: folderSyncer{sync: osFileSystem{}.SyncDir}}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if _, err := s.fs.Lstat(path); err == nil && !replace {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	if path, err = s.target(path); err != nil {
		return err
	}
	return s.replaceStale(path, data)
}

// target returns where path leads. A link that leads nowhere is an error: to
// replace it would separate the file from where its owner keeps it.
func (s *FileStore) target(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	resolved, err := s.resolve(path)
	if err != nil {
		return "", err
	}
	if link, err := s.isLink(resolved); err != nil || link {
		return "", errors.Join(err, storageError(resolved, errDangling))
	}
	return resolved, nil
}
