package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// DefaultDir returns the folder for settings and state, which need not exist
// yet: $MULTIACCOUNT_DIR, else multiaccount inside $XDG_CONFIG_HOME, inside
// %AppData% on Windows, inside ~/.config elsewhere. The result is absolute.
//
// It fails when none of them is known, and when $XDG_CONFIG_HOME is relative,
// which the XDG base directory specification does not allow.
func DefaultDir() (string, error) {
	if dir := os.Getenv(dirVariable); dir != "" {
		return filepath.Abs(dir)
	}
	base, err := configHome(runtime.GOOS)
	if err != nil {
		return "", fmt.Errorf("no default folder, set MULTIACCOUNT_DIR: %w", err)
	}
	return filepath.Join(base, "multiaccount"), nil
}

func configHome(goos string) (string, error) {
	if base := os.Getenv("XDG_CONFIG_HOME"); base != "" {
		return absolute("XDG_CONFIG_HOME", base)
	}
	if goos == "windows" {
		return absolute("AppData", os.Getenv("AppData"))
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return absolute("the home directory", filepath.Join(home, ".config"))
}

func absolute(variable, path string) (string, error) {
	if path == "" {
		return "", errors.New(variable + " is not set")
	}
	if !filepath.IsAbs(path) {
		return "", fmt.Errorf("%s is not an absolute path", variable)
	}
	return path, nil
}
