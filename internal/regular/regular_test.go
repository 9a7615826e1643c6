//go:build !windows

package regular_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/regular"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRead(t *testing.T) {
	for text, most := range map[string]int64{"": 0, "abc": 3, strings.Repeat("x", 5000): 1 << 20} {
		path := filepath.Join(t.TempDir(), "file")
		must(t, os.WriteFile(path, []byte(text), 0o600))
		link := path + ".link"
		must(t, os.Symlink(path, link))
		for _, name := range []string{path, link} {
			data, info, err := regular.Read(name, most)
			if err != nil || string(data) != text || info.Mode() != 0o600 {
				t.Errorf("read %d bytes, %v", len(data), err)
			}
		}
	}
}

func TestSizeIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, []byte("abc"), 0o600))
	if _, _, err := regular.Read(path, 2); !errors.Is(err, regular.ErrTooLarge) {
		t.Errorf("3 bytes where 2 are allowed: %v", err)
	}
	must(t, os.Truncate(path, 1<<42)) // 4 TiB that take no place on the disk
	if _, _, err := regular.Read(path, 1<<20); !errors.Is(err, regular.ErrTooLarge) {
		t.Errorf("a sparse file of 4 TiB: %v", err)
	}
}

// What is no file is told at once, by a link too.
func TestWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	pipe, socket, folder, loop := filepath.Join(dir, "pipe"), filepath.Join(dir, "s"), filepath.Join(dir, "folder"), filepath.Join(dir, "loop")
	must(t, syscall.Mkfifo(pipe, 0o600))
	must(t, os.Mkdir(folder, 0o700))
	must(t, os.Symlink(loop, loop))
	listener, err := net.Listen("unix", socket)
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	for path, want := range map[string]string{pipe: "a named pipe", socket: "a socket", folder: "a folder", os.DevNull: "a device", "/dev/zero": "a device"} {
		link := filepath.Join(dir, "link to "+filepath.Base(path))
		must(t, os.Symlink(path, link))
		for _, name := range []string{path, link} {
			_, _, err := regular.Read(name, 1<<20)
			if !errors.Is(err, regular.ErrNotRegular) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
			if _, _, err := regular.Open(name, os.O_RDWR); !errors.Is(err, regular.ErrNotRegular) {
				t.Errorf("Open of %s: %v", name, err)
			}
		}
	}
	if _, _, err := regular.Read(loop, 1); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("a link to itself: %v", err)
	}
	if _, _, err := regular.Read(filepath.Join(dir, "none"), 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
}
