package persistence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/seed-810f1486/multiaccount/account"
)

const (
	// rescanEvery is how often a watched folder is scanned in case a notice was
	// lost.
	rescanEvery = 30 * time.Second
	// readOnlyRescan is the same for a read-only store, which may have no folder
	// to watch.
	readOnlyRescan = time.Second
	// checkLife is how often the store checks, while there are other processes,
	// whether they still hold their locks: the kernel sends no notice when a lock
	// is released.
	checkLife = 50 * time.Millisecond
)

// Read implements [Store]. It takes no lock: files are only ever replaced.
func (s *FileStore) Read(_ context.Context, key Key) (account.Record, error) {
	p, err := s.place(key)
	if err != nil {
		return account.Record{}, accountError(key, err)
	}
	rec, err := s.peek(p)
	if err != nil && !errors.Is(err, ErrNotFound) {
		err = &UnreadableError{refused(p, err)}
	}
	return rec, accountError(key, err)
}

// Watch implements [Store]. The kernel's notices are hints; the folder is also
// scanned from time to time.
func (s *FileStore) Watch(provider string, w Watching) (stop func(), err error) {
	if !s.readOnly {
		if err := s.makeClaimsFolder(provider); err != nil {
			return nil, poolError(provider, err)
		}
	}
	folder, err := s.resolve(s.accountsFolder(provider))
	if err != nil {
		return nil, poolError(provider, err)
	}
	notices, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, poolError(provider, fmt.Errorf("watching for other processes' changes: %w", err))
	}
	pool, err := s.poolPlace(provider)
	if err != nil {
		return nil, errors.Join(poolError(provider, err), notices.Close())
	}
	claims := s.claimsFolder(provider)
	if err := s.noticeAll(notices, folder, claims, filepath.Dir(pool.file)); err != nil {
		_ = notices.Close() // nothing is watched yet
		return nil, storageError(folder, fmt.Errorf("watching for other processes' changes: %w", err))
	}
	l := &watcher{
		store: s, provider: provider, folder: folder, claims: claims, pool: pool, notices: notices, watching: w,
		scanned: time.Now(), every: s.rescanEvery(), ended: make(chan struct{}),
	}
	l.checkClaims() // at once: a store that has just opened needs them
	l.running.Go(l.run)
	return sync.OnceFunc(l.stop), nil
}

// noticeAll asks for notices of changes in the folders. A read-only store makes
// no missing folder, and finds changes by scanning.
func (s *FileStore) noticeAll(notices *fsnotify.Watcher, folders ...string) error {
	for _, folder := range folders {
		err := notices.Add(folder)
		if s.readOnly && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *FileStore) rescanEvery() time.Duration {
	if s.readOnly {
		return readOnlyRescan
	}
	return rescanEvery
}

// watcher watches one folder of accounts on a goroutine of its own.
type watcher struct {
	store    *FileStore
	provider string
	folder   string
	claims   string
	pool     place
	notices  *fsnotify.Watcher
	watching Watching
	// claimed is what others claim; life is the next check of whether they live.
	claimed map[string]bool
	life    <-chan time.Time
	// scanned is when the folder was last scanned.
	scanned time.Time
	every   time.Duration
	ended   chan struct{}
	running sync.WaitGroup
}

func (l *watcher) stop() {
	close(l.ended)
	l.running.Wait()
	_ = l.notices.Close() // nothing can be done about an error
}

func (l *watcher) run() {
	ticker := time.NewTicker(l.every)
	defer ticker.Stop()
	for {
		select {
		case <-l.ended:
			return
		case notice := <-l.notices.Events:
			l.noticed(notice.Name)
		case <-l.life:
			l.checkClaims()
		case lost := <-l.notices.Errors:
			if lost != nil {
				l.rescan()
			}
		case <-ticker.C:
			l.rescan()
		}
	}
}

func (l *watcher) noticed(path string) {
	switch {
	case filepath.Dir(path) == l.claims:
		l.checkClaims()
		return
	case path == l.pool.file:
		l.readPool()
		return
	}
	if id, ok := accountOf(path); ok {
		l.watching.Changed(id)
	}
}

// checkClaims reports the others' claims when they have changed, and runs again
// soon while there are others.
func (l *watcher) checkClaims() {
	claimed, living := l.store.claimedByOthers(l.provider)
	if !maps.Equal(claimed, l.claimed) {
		l.claimed = claimed
		l.watching.Claimed(claimed)
	}
	l.life = nil
	if living > 0 {
		l.life = time.After(checkLife)
	}
}

// readPool reports the stored state of the pool. If it cannot be read, the next
// write to it says so.
func (l *watcher) readPool() {
	if l.watching.Pool == nil {
		return
	}
	if state, err := l.store.peekPool(l.pool); err == nil {
		l.watching.Pool(state)
	}
}

// rescan reports the files that changed since the last scan, and the ids of all
// accounts.
func (l *watcher) rescan() {
	l.readPool()
	entries, err := l.store.fs.ReadDir(l.folder)
	if err != nil || l.store.present() != nil {
		return // the next scan, or the next write, gets the error again
	}
	since := l.scanned.Add(-rescanEvery) // file times are coarse, and clocks are set
	l.scanned = time.Now()
	ids := make([]string, 0, len(entries))
	for _, entry := range entries {
		id, ok := accountOf(entry.Name())
		if !ok {
			continue
		}
		ids = append(ids, id)
		if changedSince(entry, since) {
			l.watching.Changed(id)
		}
	}
	l.watching.Present(ids)
}

func changedSince(entry fs.DirEntry, since time.Time) bool {
	info, err := entry.Info()
	return err == nil && info.ModTime().After(since)
}

// accountOf returns the id of the account whose file has that name.
func accountOf(path string) (id string, ok bool) {
	id, ok = strings.CutSuffix(filepath.Base(path), accountSuffix)
	return id, ok && (Key{Provider: "any", ID: id}).check() == nil
}
