package persistence

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// watched starts a watch and returns its calls; the first has come.
func watched(t *testing.T, path string) chan bool {
	t.Helper()
	told := make(chan bool, 10)
	t.Cleanup(WatchFile(path, func() { told <- true }))
	await(t, told, "the beginning")
	return told
}

func await(t *testing.T, told chan bool, what string) {
	t.Helper()
	select {
	case <-told:
	case <-time.After(time.Minute):
		t.Fatalf("not told of %s", what)
	}
}

func TestWatchFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings")
	told := watched(t, path)
	write(t, path, "made")
	await(t, told, "a new file")
	write(t, path+"~", "replaced")
	if err := os.Rename(path+"~", path); err != nil {
		t.Fatal(err)
	}
	await(t, told, "a file that was replaced")
	write(t, path+".other", "another")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	await(t, told, "its end")
	if len(told) > 0 {
		t.Error("told of another file, or twice")
	}
}

// What a link leads to is watched as well.
func TestWatchFileBehindALink(t *testing.T) {
	needsSymlinks(t)
	target, link := filepath.Join(t.TempDir(), "mine"), filepath.Join(t.TempDir(), "settings")
	write(t, target, "old")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	told := watched(t, link)
	write(t, target, "new")
	await(t, told, "a change behind the link")
}

// A folder that is made later is found by a look.
func TestWatchFileOfLater(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "later")
	told := watched(t, filepath.Join(folder, "settings"))
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "settings"), "made")
	await(t, told, "a file in a new folder")
}

// A file that is replaced by a link is followed to what the link leads to.
func TestWatchFileThatBecomesALink(t *testing.T) {
	needsSymlinks(t)
	target, path := filepath.Join(t.TempDir(), "mine"), filepath.Join(t.TempDir(), "settings")
	write(t, path, "old")
	write(t, target, "new")
	told := watched(t, path)
	if err := os.Symlink(target, path+"~"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+"~", path); err != nil {
		t.Fatal(err)
	}
	await(t, told, "the link in the file's place")
	write(t, target, "newer")
	await(t, told, "a change behind the link")
}
