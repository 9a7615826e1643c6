package persistence

import (
	"errors"
	"path/filepath"
)

// probeSize is how much free space a folder must have: enough for a few accounts
// and a pool.
const probeSize = 1 << 20

// Probe checks whether the existing state folder dir can be used: whether it is
// closed to other users, has working locks, and has 1 MiB of free space. It
// leaves nothing behind. The errors are those of [OpenFiles].
func Probe(dir string) error { return probe(dir, osFileSystem{}) }

func probe(dir string, files fileSystem) error {
	s, err := newFileStore(dir, files)
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, "probe-"+s.instance.name+tempSuffix)
	f, err := s.fs.Create(path)
	if err != nil {
		return storageError(path, err)
	}
	err = fill(f, make([]byte, probeSize))
	return storageError(s.dir, errors.Join(err, s.fs.Remove(path)))
}
