package persistence

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

// entry is what a name leads to: a folder, or a file with what of it is
// durable. A file that was never synced has nothing that is.
type entry struct {
	folder bool
	synced string
}

// crashing is a file system that knows what a crash would leave, and calls
// check after every operation that changes something, and within each write.
// What is named durable is all that a power failure must leave: what was
// synced, under the names that were when their folder was.
type crashing struct {
	fileSystem
	names, durable map[string]*entry
	check          func(op string)
}

// newCrashing takes all that is in dir for durable.
func newCrashing(t *testing.T, dir string) *crashing {
	t.Helper()
	c := &crashing{fileSystem: quickFileSystem{}, names: map[string]*entry{}, check: func(string) {}}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			c.names[path] = &entry{folder: true}
			return err
		}
		c.names[path] = &entry{synced: content(t, path)}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.durable = maps.Clone(c.names)
	return c
}

// did tells of an operation, and returns its error.
func (c *crashing) did(op, path string, err error) error {
	c.check(op + " " + filepath.Base(path))
	return err
}

func (c *crashing) Mkdir(path string) error {
	c.names[path] = &entry{folder: true}
	return c.did("mkdir", path, c.fileSystem.Mkdir(path))
}

func (c *crashing) Create(path string) (file, error) {
	f, err := c.fileSystem.Create(path)
	c.names[path] = &entry{}
	return &crashingFile{f, c, path}, c.did("create", path, err)
}

func (c *crashing) Open(path string) (file, error) {
	f, err := c.fileSystem.Open(path)
	return &crashingFile{f, c, path}, err
}

func (c *crashing) Rename(from, to string) error {
	c.names[to] = c.names[from]
	delete(c.names, from)
	return c.did("rename", from, c.fileSystem.Rename(from, to))
}

func (c *crashing) Remove(path string) error {
	delete(c.names, path)
	return c.did("remove", path, c.fileSystem.Remove(path))
}

// SyncDir makes the names in one folder durable, not what they lead to.
func (c *crashing) SyncDir(path string) error {
	in := func(name string, _ *entry) bool { return filepath.Dir(name) == path }
	maps.DeleteFunc(c.durable, in)
	for name, e := range c.names {
		if in(name, e) {
			c.durable[name] = e
		}
	}
	return c.did("syncdir", path, c.fileSystem.SyncDir(path))
}

// crashingFile writes in two halves.
type crashingFile struct {
	file
	system *crashing
	path   string
}

func (f *crashingFile) Write(data []byte) (int, error) {
	half, err := f.file.Write(data[:len(data)/2])
	if f.system.did("half of write", f.path, err) != nil {
		return half, err
	}
	rest, err := f.file.Write(data[half:])
	return half + rest, f.system.did("write", f.path, err)
}

func (f *crashingFile) Sync() error {
	data, err := os.ReadFile(f.path)
	if err == nil {
		f.system.names[f.path].synced = string(data)
	}
	return f.system.did("sync", f.path, err)
}

// clone writes names, with what of them is durable, below to.
func clone(t *testing.T, names map[string]*entry, from, to string) {
	t.Helper()
	for path, e := range names {
		rel, err := filepath.Rel(from, path)
		if err != nil {
			t.Fatal(err)
		}
		if !reachable(names, from, path) {
			continue
		}
		target := filepath.Join(to, rel)
		if e.folder {
			err = os.MkdirAll(target, 0o700)
		} else if err = os.MkdirAll(filepath.Dir(target), 0o700); err == nil {
			err = os.WriteFile(target, []byte(e.synced), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// reachable reports whether every folder above path is there as well.
func reachable(names map[string]*entry, root, path string) bool {
	for path != root {
		path = filepath.Dir(path)
		if names[path] == nil {
			return false
		}
	}
	return true
}

// crashes returns the folders that a crash now may leave: of a process that
// is killed, and of a power failure that keeps all names, or only those that
// are durable.
func (c *crashing) crashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	killed, named, least := t.TempDir(), t.TempDir(), t.TempDir()
	if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	private(t, killed)
	clone(t, c.names, dir, named)
	clone(t, c.durable, dir, least)
	return map[string]string{"a kill": killed, "a power failure that kept the names": named, "a power failure": least}
}

// private gives a copy the modes of what was copied.
func private(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o600)
		if d.IsDir() {
			mode = 0o700
		}
		return os.Chmod(path, mode)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A crash at any moment of any change leaves the old state or the new one,
// and the new one once the change is acknowledged.
func TestEveryCrash(t *testing.T) {
	for name, c := range changes() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c.before(t, openQuick(t, dir))
			system, crashes := newCrashing(t, dir), 0
			inspect := func(op string, done bool) {
				for how, left := range system.crashes(t, dir) {
					crashes++
					next := openQuick(t, left)
					snap := mustLoad(t, next)
					if len(snap.Quarantined) > 0 || !c.isNew(snap) && (done || !c.isOld(snap)) {
						t.Errorf("%s after %q left neither the old state nor the new one: %+v", how, op, snap)
					}
					next.claimedByOthers("provider") // who looks, tidies up
					checkNoTempFiles(t, left)
				}
			}
			system.check = func(op string) { inspect(op, false) }
			s := &FileStore{dir: dir, fs: system, folders: folderSyncer{sync: system.SyncDir}, instance: newInstance()}
			if err := c.run(t, s); err != nil {
				t.Fatal(err)
			}
			inspect("its end", true)
			if crashes < 9 {
				t.Errorf("only %d crashes were tried", crashes)
			}
		})
	}
}
