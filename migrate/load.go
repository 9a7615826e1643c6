package migrate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// maxFile bounds what is read: real sources are a few KiB.
const maxFile = 8 << 20

// load reads a regular file, links to it followed.
func load(path string) ([]byte, error) {
	data, _, err := regular.Read(path, maxFile)
	switch {
	case errors.Is(err, regular.ErrTooLarge):
		return nil, fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	case errors.Is(err, fs.ErrNotExist):
		return nil, notThere(path, withoutPath(err))
	}
	return data, withoutPath(err)
}

// notThere tells of a link to nowhere, which the system says is not there.
func notThere(path string, err error) error {
	if _, there := os.Lstat(path); there == nil {
		return fmt.Errorf("it is a link to what is not there: %w", err)
	}
	return err
}

// withoutPath is the system's error alone; whoever calls names the file.
func withoutPath(err error) error {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return failed.Err
	}
	return err
}
