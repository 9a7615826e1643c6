package persistence

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Whoever edits at the same time waits for the other's change.
func TestEditFileLosesNoChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "file")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			err := EditFile(t.Context(), path, func(old []byte) ([]byte, error) {
				return fmt.Appendf(old, "%d\n", i), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	data, err := os.ReadFile(path)
	if lines := strings.Count(string(data), "\n"); err != nil || lines != 20 {
		t.Errorf("%d lines, %v", lines, err)
	}
}

func TestEditFileWaitsForItsLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	ctx, cancel := context.WithCancel(t.Context())
	err := EditFile(t.Context(), path, func([]byte) ([]byte, error) {
		cancel()
		return nil, EditFile(ctx, path, func([]byte) ([]byte, error) { return []byte("never"), nil })
	})
	if !errors.Is(err, ErrLocked) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("something was written: %v", err)
	}
}

// What cannot be replaced stays whole, whichever operation fails.
func TestEditFileKeepsTheOldContentWhenAnOperationFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	failed := errors.New("failed")
	for _, broken := range []string{"create", "rename"} {
		files := failing{osFileSystem{}, broken, failed}
		err := editFile(t.Context(), files, path, func([]byte) ([]byte, error) { return []byte("new"), nil })
		if !errors.Is(err, failed) {
			t.Errorf("%s: got %v", broken, err)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
			t.Errorf("%s: %q, %v", broken, data, err)
		}
	}
}

// failing is a file system one of whose operations fails.
type failing struct {
	osFileSystem
	operation string
	err       error
}

func (f failing) Create(path string) (file, error) {
	if f.operation == "create" {
		return nil, f.err
	}
	return f.osFileSystem.Create(path)
}

func (f failing) Rename(from, to string) error {
	if f.operation == "rename" {
		return f.err
	}
	return f.osFileSystem.Rename(from, to)
}
