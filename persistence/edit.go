package persistence

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// EditFile replaces the content of a file that people write too, such as the
// settings: it takes a lock beside the file, reads it, and stores what edit
// makes of it, atomically and durably. edit gets nil for a file that is not
// there, and changes nothing by returning an error, which EditFile returns as
// it is. Whoever edits by EditFile at the same time waits, in other processes
// too; [ErrLocked] when ctx ends before that.
//
// A symbolic link is followed and stays one. The file ends with mode 0600;
// folders that are missing are made with 0700.
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

// WriteFile makes data the content of path, atomically and durably, for its owner
// alone. Without replace, fs.ErrExist when something has that name.
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

// target is where path leads. A link that leads nowhere is an error: replacing
// it would part the file from where its owner keeps it.
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
