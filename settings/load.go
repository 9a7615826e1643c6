package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"

	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// maxFileSize is far above what anybody writes by hand, and low enough for a
// parser that recurses into nested values.
const maxFileSize = 64 << 10

// Load reads the settings file at path, and then the environment:
// MULTIACCOUNT_MAX_WAIT_MS, and so on for each key (Key.Variable). A setting
// that neither has keeps its default; a missing file has none. What the file
// says for one provider goes before what the environment says for all.
//
// When the content is wrong, the error is an [*Error] that lists all problems
// with their lines, and the Settings are zero: no part of such a file is used.
// Any other error means that the file could not be read, or that other users
// can change it.
func Load(path string) (Settings, error) {
	s, _, err := load(path)
	return s, err
}

func load(path string) (Settings, *reader, error) {
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = []byte(newFile), nil
	}
	if err != nil {
		return Settings{}, nil, fmt.Errorf("reading the settings: %w", err)
	}
	s, r, err := parse(path, data)
	if err != nil && len(r.found) == 0 {
		return Settings{}, r, err // it is not even JSON
	}
	r.applyEnvironment(&s)
	if err := asError(path, r.found); err != nil {
		return Settings{}, r, err
	}
	return s, r, nil
}

func readFile(path string) ([]byte, error) {
	data, info, err := regular.Read(path, maxFileSize)
	switch {
	case errors.Is(err, regular.ErrTooLarge):
		return nil, fmt.Errorf("%s is larger than %d KiB and thus no settings file", printable.Text(path), maxFileSize>>10)
	case err != nil:
		return nil, err
	}
	return data, checkMode(path, info.Mode())
}

// checkMode refuses a file that others may write to: it names the servers
// that get credentials, and a program to run. Windows has no such modes.
func checkMode(path string, mode fs.FileMode) error {
	if runtime.GOOS == "windows" || mode.Perm()&0o022 == 0 {
		return nil
	}
	return fmt.Errorf("other users may write to %s (mode %04o); run: chmod go-w %q", printable.Text(path), mode.Perm(), path)
}
