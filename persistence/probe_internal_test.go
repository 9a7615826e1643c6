package persistence

import (
	"errors"
	"strings"
	"testing"
)

// lockless is a file system whose locks keep nobody out.
type lockless struct{ fileSystem }

func (lockless) TryLock(string) (func() error, bool, error) {
	return func() error { return nil }, true, nil
}

// A store on a file system without working locks is refused, and the error
// names the folder and what to do.
func TestFolderWithoutLocksIsRefused(t *testing.T) {
	dir := t.TempDir()
	_, err := openFiles(dir, lockless{osFileSystem{}}, nil)
	var storage *StorageError
	if !errors.As(err, &storage) || !strings.Contains(storage.Path, dir) || !strings.Contains(err.Error(), "choose a state folder on a local disk") {
		t.Errorf("error %v", err)
	}
	for range 2 { // a folder that is in use is no folder without locks
		if _, err := OpenFiles(dir); err != nil {
			t.Errorf("on a disk: %v", err)
		}
	}
}
