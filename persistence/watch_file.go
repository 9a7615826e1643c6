package persistence

import (
	"bytes"
	"path/filepath"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/seed-810f1486/multiaccount/internal/regular"
)

const (
	// fileDelay is the debounce of notices that a file changed: editors write in
	// several steps.
	fileDelay = 50 * time.Millisecond
	// fileRescan is how often a watched file is read in case no notice came.
	fileRescan = 5 * time.Second
)

// WatchFile calls changed, on one goroutine, once at the beginning and each time
// the content of a file has changed, until stop is called; stop waits until
// changed no longer runs. The kernel's notices are hints, and the file is also
// read every 5 seconds. The file, its folder, or what a symbolic link leads to
// need not exist yet. A file that cannot be read counts as empty.
func WatchFile(path string, changed func()) (stop func()) {
	w := &fileWatch{path: path, changed: changed, ended: make(chan struct{})}
	w.content = w.read()
	w.notices, _ = fsnotify.NewWatcher() // without one, the looks are left
	w.watchFolders()
	w.running.Go(w.run)
	return sync.OnceFunc(w.stop)
}

type fileWatch struct {
	path    string
	changed func()
	content []byte
	notices *fsnotify.Watcher
	ended   chan struct{}
	running sync.WaitGroup
}

func (w *fileWatch) stop() {
	close(w.ended)
	w.running.Wait()
	if w.notices != nil {
		_ = w.notices.Close() // nobody listens any more
	}
}

func (w *fileWatch) read() []byte {
	data, _, err := regular.Read(w.path, maxEditedFile)
	if err != nil {
		return nil
	}
	return data
}

// watchFolders watches the folder of the file, since editors replace files, and
// that of a link's target. Folders that are watched already stay so.
func (w *fileWatch) watchFolders() {
	if w.notices == nil {
		return
	}
	_ = w.notices.Add(filepath.Dir(w.path)) // what is not there yet is tried with the next look
	if target, err := filepath.EvalSymlinks(w.path); err == nil {
		_ = w.notices.Add(filepath.Dir(target))
	}
}

func (w *fileWatch) run() {
	ticker := time.NewTicker(fileRescan)
	defer ticker.Stop()
	var events chan fsnotify.Event
	var lost chan error
	if w.notices != nil {
		events, lost = w.notices.Events, w.notices.Errors
	}
	var due <-chan time.Time
	w.changed()
	for {
		select {
		case <-w.ended:
			return
		case <-events:
			due = time.After(fileDelay)
		case err := <-lost:
			if err != nil { // some notices were dropped
				due = time.After(fileDelay)
			}
		case <-due:
			due = nil
			w.look()
		case <-ticker.C:
			w.look()
		}
	}
}

func (w *fileWatch) look() {
	w.watchFolders()
	if now := w.read(); !bytes.Equal(now, w.content) {
		w.content = now
		w.changed()
	}
}
