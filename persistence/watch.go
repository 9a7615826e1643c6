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
	// rescanEvery is how often a watched folder is looked through in case a
	// notice was lost.
	rescanEvery = 30 * time.Second
	// lookEvery is the same for who only looks, and may have no folder to be
	// told of.
	lookEvery = time.Second
	// checkLife is how often it is checked, while there are other processes,
	// whether they still hold their locks: nobody is told when a lock is freed.
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

// Watch implements [Store]. The kernel's notices are hints; behind them the
// folder is looked through now and then.
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
	l := &lookout{
		store: s, provider: provider, folder: folder, claims: claims, pool: pool, notices: notices, watching: w,
		scanned: time.Now(), every: s.rescanEvery(), ended: make(chan struct{}),
	}
	l.lookAtClaims() // now: who has just opened is to know them
	l.running.Go(l.run)
	return sync.OnceFunc(l.stop), nil
}

// noticeAll asks for notices of what changes in the folders. Who only looks makes
// none that is missing, and finds it by looking through its place.
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
		return lookEvery
	}
	return rescanEvery
}

// lookout watches one folder of accounts on a goroutine of its own.
type lookout struct {
	store    *FileStore
	provider string
	folder   string
	claims   string
	pool     place
	notices  *fsnotify.Watcher
	watching Watching
	// claimed is what others claim, life the next check on those who do.
	claimed map[string]bool
	life    <-chan time.Time
	// scanned is when the folder was last looked through.
	scanned time.Time
	every   time.Duration
	ended   chan struct{}
	running sync.WaitGroup
}

func (l *lookout) stop() {
	close(l.ended)
	l.running.Wait()
	_ = l.notices.Close() // nobody listens any more
}

func (l *lookout) run() {
	ticker := time.NewTicker(l.every)
	defer ticker.Stop()
	for {
		select {
		case <-l.ended:
			return
		case notice := <-l.notices.Events:
			l.noticed(notice.Name)
		case <-l.life:
			l.lookAtClaims()
		case lost := <-l.notices.Errors:
			if lost != nil {
				l.rescan()
			}
		case <-ticker.C:
			l.rescan()
		}
	}
}

func (l *lookout) noticed(path string) {
	switch {
	case filepath.Dir(path) == l.claims:
		l.lookAtClaims()
		return
	case path == l.pool.file:
		l.lookAtPool()
		return
	}
	if id, ok := accountOf(path); ok {
		l.watching.Changed(id)
	}
}

// lookAtClaims tells of the others' claims when they have changed, and comes
// back soon while there are others.
func (l *lookout) lookAtClaims() {
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

// lookAtPool tells what is stored of the pool. What cannot be read is met again
// by whoever writes it.
func (l *lookout) lookAtPool() {
	if l.watching.Pool == nil {
		return
	}
	if state, err := l.store.peekPool(l.pool); err == nil {
		l.watching.Pool(state)
	}
}

// rescan tells of the files that changed since the last scan, and which there are.
func (l *lookout) rescan() {
	l.lookAtPool()
	entries, err := l.store.fs.ReadDir(l.folder)
	if err != nil || l.store.present() != nil {
		return // the next scan, or the next write, meets it again
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
