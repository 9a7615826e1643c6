package migrate

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// maxFile bounds what is read: real sources are a few KiB.
const maxFile = 8 << 20

// load reads a regular file, links to it followed. Anything else, such as a
// pipe that nobody writes to, must not be waited for.
func load(path string) (data []byte, err error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) //nolint:forbidigo // it is only read; os.Open would wait for a pipe
	if err != nil {
		return nil, unopened(path, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, withoutPath(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	data, err = io.ReadAll(io.LimitReader(file, maxFile+1))
	if len(data) > maxFile {
		err = fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	return data, withoutPath(err)
}

// unopened tells of a link to nowhere, which the system says is not there.
func unopened(path string, err error) error {
	err = withoutPath(err)
	if _, there := os.Lstat(path); there == nil && errors.Is(err, fs.ErrNotExist) {
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
