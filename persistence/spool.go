package persistence

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// Spool is a temporary file for what is too large for memory. Nobody else can
// read it, and where the system allows it has no name. It is for one writer; any
// number of readers may read what was written.
type Spool struct {
	file *os.File
	size int64
}

// spoolError is an error of the file itself.
type spoolError struct{ err error }

func (e *spoolError) Error() string { return fmt.Sprintf("a temporary file: %v", e.err) }
func (e *spoolError) Unwrap() error { return e.err }

// IsSpoolError reports whether err comes from the file of a spool, such as a full
// disk.
func IsSpoolError(err error) bool {
	_, ok := errors.AsType[*spoolError](err)
	return ok
}

// NewSpool makes a file in dir; an empty dir means the system's folder for
// temporary files. It must be closed.
func NewSpool(dir string) (*Spool, error) {
	file, err := os.CreateTemp(dir, "multiaccount-*.spool")
	if err != nil {
		return nil, &spoolError{err}
	}
	s := &Spool{file: file}
	if runtime.GOOS == "windows" {
		return s, nil // where an open file keeps its name
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(&spoolError{err}, file.Close())
	}
	return s, nil
}

// Write implements io.Writer.
func (s *Spool) Write(p []byte) (int, error) {
	n, err := s.file.Write(p)
	s.size += int64(n)
	if err != nil {
		return n, &spoolError{err}
	}
	return n, nil
}

// Size returns how much was written.
func (s *Spool) Size() int64 { return s.size }

// Reader returns a reader of what was written so far. It fails once the spool is
// closed.
func (s *Spool) Reader() io.Reader { return io.NewSectionReader(s.file, 0, s.size) }

// Close removes the file.
func (s *Spool) Close() error {
	err := s.file.Close()
	if runtime.GOOS == "windows" {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	return err
}
