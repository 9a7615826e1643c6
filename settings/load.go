package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxFileSize is far above what anybody writes by hand, and low enough for a
// parser that recurses into nested values.
const maxFileSize = 64 << 10

// Load reads the settings file at path. What the file does not mention keeps
// its default, and so does everything when there is no file.
//
// When the file's content is at fault the error is an [*Error] that lists all
// problems with their lines, and the Settings are zero: a file is used whole
// or not at all. Any other error means that the file could not be read.
func Load(path string) (Settings, error) {
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Default(), nil
	}
	if err != nil {
		return Settings{}, fmt.Errorf("reading the settings: %w", err)
	}
	return parse(path, data)
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err == nil && len(data) > maxFileSize {
		err = fmt.Errorf("%s is larger than %d KiB and thus no settings file", path, maxFileSize>>10)
	}
	return data, err
}
