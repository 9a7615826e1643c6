// Package regular opens regular files, and nothing else that may stand in
// their place: opening a pipe can wait for ever, and reading a device never ends.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

var (
	// ErrNotRegular is returned for a folder, a pipe, a socket or a device.
	ErrNotRegular = errors.New("not a regular file")
	// ErrTooLarge is returned for a file that is larger than it may be.
	ErrTooLarge = errors.New("the file is too large")
)

// Open opens the regular file at path, which may be a symbolic link to one,
// without waiting. flag is os.O_RDONLY or os.O_RDWR. The errors are those of
// os.OpenFile, and [ErrNotRegular].
func Open(path string, flag int) (*os.File, fs.FileInfo, error) {
	info, err := os.Stat(path) // some devices are changed by being opened
	if err == nil {
		err = Check(path, info.Mode())
	}
	if err != nil {
		return nil, nil, err
	}
	f, err := os.OpenFile(path, flag|dontWait, 0) //nolint:forbidigo // what is there is opened, and nothing is made
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = Check(path, info.Mode())
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// Read returns the content of the regular file at path, and what is known of
// the file. The errors are those of [Open] and of reading, and [ErrTooLarge]
// when it has more than most bytes.
func Read(path string, most int64) (data []byte, info fs.FileInfo, err error) {
	f, info, err := Open(path, os.O_RDONLY)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	if size := info.Size(); size > most {
		return nil, nil, problem(path, fmt.Errorf("%w: it has %d bytes, and %d are allowed", ErrTooLarge, size, most))
	}
	data = make([]byte, info.Size()+1)
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil, err
	}
	return data[:n], info, nil
}

// Check returns [ErrNotRegular] when mode is not that of a regular file.
func Check(path string, mode fs.FileMode) error {
	if mode.IsRegular() {
		return nil
	}
	return problem(path, fmt.Errorf("%w, it is %s", ErrNotRegular, kind(mode)))
}

func problem(path string, err error) error { return &fs.PathError{Op: "open", Path: path, Err: err} }

func kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "something else"
}
