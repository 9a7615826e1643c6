package persistence

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Load implements [Store]. It takes no lock and does not wait, with one
// exception: it quarantines a broken file under the account's lock. While that
// lock is held, the file is reported and stays in its place.
func (s *FileStore) Load(ctx context.Context, provider string) (Snapshot, error) {
	if err := checkProvider(provider); err != nil {
		return Snapshot{}, err
	}
	folder, err := s.accountsFolderToRead(provider)
	if folder == "" || err != nil {
		return Snapshot{}, err
	}
	found, err := s.sweptListing(folder, provider)
	if err != nil {
		return Snapshot{}, err
	}
	s.sweepLocks(provider, &found)
	snap := Snapshot{Quarantined: append(found.setAside, found.refused...)}
	if err := s.loadAccounts(ctx, found.places, &snap); err != nil {
		return Snapshot{}, err
	}
	if err := s.loadPool(provider, &snap); err != nil {
		return Snapshot{}, err
	}
	return snap, nil
}

// accountsFolderToRead returns the accounts folder after a check of the modes;
// empty when nothing was ever stored.
func (s *FileStore) accountsFolderToRead(provider string) (string, error) {
	for _, folder := range []string{s.providerFolder(provider), s.accountsFolder(provider)} {
		info, err := s.fs.Stat(folder)
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil
		}
		if err != nil {
			return "", storageError(folder, err)
		}
		if err := checkFolder(folder, s.readable(info.Mode())); err != nil {
			return "", err
		}
	}
	return s.resolve(s.accountsFolder(provider))
}

// listing is what an accounts folder holds.
type listing struct {
	places []place
	strays []Key // the accounts that have a temp file
	// unintended are those with the temp file of an intent.
	unintended []Key
	setAside   []Quarantined
	// refused are links that cannot be followed.
	refused []Quarantined
}

// sweptListing recovers the temp files of writers that died, and then lists the
// accounts. A temp file whose lock is held belongs to a writer at work.
func (s *FileStore) sweptListing(folder, provider string) (listing, error) {
	found, err := s.list(folder, provider)
	if err != nil {
		return listing{}, err
	}
	for _, key := range found.unintended {
		s.sweep(key, func(p place) { _ = s.fs.Remove(p.intent() + tempSuffix) }) // nothing was spent
	}
	if len(found.strays) == 0 {
		return found, nil
	}
	for _, key := range found.strays {
		s.sweep(key, func(p place) { _ = s.recoverTemp(p) })
	}
	return s.list(folder, provider)
}

// sweep ignores errors: the next user of the account gets them again.
func (s *FileStore) sweep(key Key, do func(place)) {
	p, err := s.place(key)
	if err != nil {
		return
	}
	if release, ok, _ := s.tryHold(p); ok {
		do(p)
		_ = release()
	}
}

func (s *FileStore) list(folder, provider string) (listing, error) {
	entries, err := s.fs.ReadDir(folder)
	if err != nil {
		return listing{}, storageError(folder, err)
	}
	found := listing{places: make([]place, 0, len(entries))}
	for _, entry := range entries {
		s.classify(entry, folder, provider, &found)
	}
	return found, nil
}

// classify sorts one name into the listing; names that are not the store's are
// ignored. Whatever has the name of an account counts as one, so its owner is
// told when it is not a file.
func (s *FileStore) classify(entry fs.DirEntry, folder, provider string, found *listing) {
	name := entry.Name()
	if id, at, ok := parseSetAside(name); ok {
		found.setAside = append(found.setAside, Quarantined{ID: id, Path: filepath.Join(folder, name), At: at})
		return
	}
	stem, stray := strings.CutSuffix(name, tempSuffix)
	if id, ok := strings.CutSuffix(stem, intentSuffix); ok && stray && fitID(id) {
		found.unintended = append(found.unintended, Key{Provider: provider, ID: id})
		return
	}
	id, ok := strings.CutSuffix(stem, accountSuffix)
	if !ok || !fitID(id) {
		return
	}
	key := Key{Provider: provider, ID: id}
	if stray {
		found.strays = append(found.strays, key)
		return
	}
	p, err := s.placeIn(folder, key, entry.Type()&fs.ModeSymlink != 0)
	if err != nil {
		found.refused = append(found.refused, refused(p, err))
		return
	}
	found.places = append(found.places, p)
}

// loadAccounts reads the accounts, in parallel because most of the time goes
// into decoding.
func (s *FileStore) loadAccounts(ctx context.Context, places []place, snap *Snapshot) error {
	records, errs := make([]account.Record, len(places)), make([]error, len(places))
	err := inParallel(ctx, len(places), func(i int) { records[i], errs[i] = s.loadOne(places[i]) })
	if err != nil {
		return err
	}
	snap.Accounts = records[:0]
	for i, err := range errs {
		switch {
		case err == nil:
			snap.Accounts = append(snap.Accounts, records[i])
		case !errors.Is(err, ErrNotFound): // removed since the folder was listed
			snap.Quarantined = append(snap.Quarantined, refused(places[i], err))
		}
	}
	slices.SortFunc(snap.Accounts, byAge)
	return nil
}

// loadOne reads one account. A file that does not parse is read once more under
// its lock before it is quarantined: somebody may just be editing it.
func (s *FileStore) loadOne(p place) (account.Record, error) {
	rec, err := s.peek(p)
	if !errors.Is(err, ErrCorrupt) {
		return rec, err
	}
	release, ok, lockErr := s.tryHold(p)
	if !ok {
		return rec, errors.Join(err, lockErr)
	}
	rec, err = s.read(p)
	return rec, errors.Join(err, release())
}

// refused reports a file that cannot be used.
func refused(p place, err error) Quarantined {
	q := Quarantined{ID: p.key.ID, Path: p.entry, InPlace: true, Reason: err.Error(), Err: err, At: time.Now().UTC()}
	var moved *setAsideError
	if errors.As(err, &moved) {
		q.Path, q.InPlace = moved.path, false
	}
	return q
}

// inParallel calls work for 0 to n-1 from a few goroutines. It returns the
// context's error when that ended before all were done.
func inParallel(ctx context.Context, n int, work func(i int)) error {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, 2*runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && ctx.Err() == nil; i = next.Add(1) - 1 {
				work(int(i))
			}
		})
	}
	workers.Wait()
	return ctx.Err()
}
