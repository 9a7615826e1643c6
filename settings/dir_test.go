package settings

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestDefaultDir(t *testing.T) {
	own, xdg, home := t.TempDir(), t.TempDir(), t.TempDir()
	working := t.TempDir()
	t.Chdir(working)
	tests := map[string]struct{ own, xdg, home, want string }{
		"the variable of its own":         {own, xdg, home, own},
		"a relative one is made absolute": {"state", xdg, home, filepath.Join(working, "state")},
		"XDG":                             {"", xdg, home, filepath.Join(xdg, "multiaccount")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			setEnv(t, tt.own, tt.xdg, tt.home)
			got, err := DefaultDir()
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func setEnv(t *testing.T, own, xdg, home string) {
	t.Helper()
	t.Setenv("MULTIACCOUNT_DIR", own)
	t.Setenv("XDG_CONFIG_HOME", xdg)
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home) // HOME of Windows
	t.Setenv("AppData", home)
}

func TestConfigHomeBySystem(t *testing.T) {
	home := t.TempDir()
	setEnv(t, "", "", home)
	want := map[string]string{
		"linux":   filepath.Join(home, ".config"),
		"darwin":  filepath.Join(home, ".config"),
		"windows": home,
	}
	for goos, want := range want {
		if got, err := configHome(goos); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", goos, got, err, want)
		}
	}
}

func TestDefaultDirNeedsAnAbsoluteFolder(t *testing.T) {
	setEnv(t, "", "config", t.TempDir())
	_, err := DefaultDir()
	if err == nil || !strings.Contains(err.Error(), "MULTIACCOUNT_DIR") || !strings.Contains(err.Error(), "XDG_CONFIG_HOME") {
		t.Errorf("a relative XDG_CONFIG_HOME: %v", err)
	}
	setEnv(t, "", "", "")
	for _, goos := range []string{"linux", "windows"} {
		if _, err := configHome(goos); err == nil {
			t.Errorf("%s: no home, no error", goos)
		}
	}
}
