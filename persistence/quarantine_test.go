package persistence

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// broken are contents that are no account.
func broken(t *testing.T) map[string]string {
	t.Helper()
	whole := relabelled(t, "old")
	return map[string]string{
		"empty":              "",
		"cut short":          whole[:len(whole)/2],
		"cut by a byte":      strings.TrimSpace(whole)[:len(whole)-2],
		"zeros":              strings.Repeat("\x00", len(whole)),
		"followed by more":   whole + "}",
		"no JSON":            "access_token=secret",
		"no object":          `["secret"]`,
		"null":               "null",
		"of no version":      strings.Replace(whole, `"version":1`, `"edition":1`, 1),
		"of another account": strings.Replace(whole, `"id":"a"`, `"id":"z"`, 1),
		"of another kind":    strings.Replace(whole, `"weight":0`, `"weight":"secret"`, 1),
		"not UTF-8":          strings.Replace(whole, `"old"`, "\"\xff\"", 1),
		"with a bad moment":  strings.Replace(whole, `"weight":0`, `"weight":0,"added_at":"secret"`, 1),
	}
}

func TestBrokenFileIsSetAside(t *testing.T) {
	for name, bytes := range broken(t) {
		t.Run(name, func(t *testing.T) {
			s, accounts := withAccounts(t, "a", "b")
			write(t, filepath.Join(accounts, "a.json"), bytes)
			before := time.Now().Add(-time.Second)
			first := mustLoad(t, s)
			second := mustLoad(t, openQuick(t, s.dir))
			for n, snap := range []Snapshot{first, second} {
				if ids(snap) != "b" || len(snap.Quarantined) != 1 {
					t.Fatalf("Load %d: %+v, want b and one file set aside", n, snap)
				}
				q := snap.Quarantined[0]
				if q.ID != "a" || q.At.Before(before) || content(t, q.Path) != bytes {
					t.Errorf("Load %d: %+v, want account a and all its bytes", n, q)
				}
			}
			checkReason(t, first.Quarantined[0])
			if q := second.Quarantined[0]; q.Reason != "" || q.Err != nil {
				t.Errorf("the second Load gives a reason again: %+v", q)
			}
		})
	}
}

func checkReason(t *testing.T, q Quarantined) {
	t.Helper()
	if !errors.Is(q.Err, ErrCorrupt) || q.Reason != q.Err.Error() {
		t.Errorf("%+v, want ErrCorrupt and its text", q)
	}
	if strings.Contains(q.Reason, "secret") || strings.Contains(q.Reason, "oldold") {
		t.Errorf("the reason quotes the file: %s", q.Reason)
	}
}

func TestUpdateOfABrokenFile(t *testing.T) {
	for name, bytes := range broken(t) {
		t.Run(name, func(t *testing.T) {
			s, accounts := withAccounts(t, "a", "b")
			write(t, filepath.Join(accounts, "a.json"), bytes)
			_, err := s.Update(t.Context(), keyA, func(*account.Record) { t.Error("the mutation ran") })
			if !errors.Is(err, ErrCorrupt) || strings.Contains(err.Error(), "secret") {
				t.Errorf("Update: %v, want ErrCorrupt", err)
			}
			if _, err := s.Lock(t.Context(), keyA); !errors.Is(err, ErrNotFound) {
				t.Errorf("Lock: %v, want ErrNotFound: the file is set aside", err)
			}
			snap := mustLoad(t, s)
			if ids(snap) != "b" || len(snap.Quarantined) != 1 || content(t, snap.Quarantined[0].Path) != bytes {
				t.Errorf("loaded %+v, want b and all bytes of a", snap)
			}
		})
	}
}

func TestQuarantineKeepsEveryFile(t *testing.T) {
	s, accounts := withAccounts(t, "a")
	kept := map[string]bool{}
	for _, bytes := range []string{"one", "two", "three"} {
		write(t, filepath.Join(accounts, "a.json"), bytes)
		if _, err := s.Update(t.Context(), keyA, func(*account.Record) {}); !errors.Is(err, ErrCorrupt) {
			t.Errorf("Update: %v, want ErrCorrupt", err)
		}
	}
	for _, q := range mustLoad(t, s).Quarantined {
		kept[content(t, q.Path)] = true
	}
	if len(kept) != 3 {
		t.Errorf("kept %v, want all three", kept)
	}
	createOld(t, s) // the id is free again
}

// A file whose lock is held may be about to change.
func TestBrokenFileUnderALockIsReportedOnly(t *testing.T) {
	s, accounts := withAccounts(t, "a", "b")
	lock, err := s.Lock(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(accounts, "a.json")
	write(t, path, "broken")
	snap := mustLoad(t, openQuick(t, s.dir))
	if ids(snap) != "b" || len(snap.Quarantined) != 1 || snap.Quarantined[0].Path != path || content(t, path) != "broken" {
		t.Errorf("loaded %+v, want the file reported where it is", snap)
	}
	if err := lock.Unlock(); err != nil {
		t.Error(err)
	}
}

func TestNewerVersionIsLeftAlone(t *testing.T) {
	const newer = `{"credentials":7,"version":2,"id":{"changed":"shape"}}`
	s, accounts := withAccounts(t, "a", "b")
	path := filepath.Join(accounts, "a.json")
	write(t, path, newer)

	snap := mustLoad(t, s)
	if ids(snap) != "b" || len(snap.Quarantined) != 1 {
		t.Fatalf("loaded %+v, want b and one refusal", snap)
	}
	if q := snap.Quarantined[0]; q.ID != "a" || q.Path != path || !errors.Is(q.Err, ErrNewerVersion) {
		t.Errorf("%+v, want account a where it is, and ErrNewerVersion", q)
	}
	_, updateErr := s.Update(t.Context(), keyA, func(*account.Record) { t.Error("the mutation ran") })
	_, lockErr := s.Lock(t.Context(), keyA)
	for _, err := range []error{updateErr, lockErr} {
		if !errors.Is(err, ErrNewerVersion) {
			t.Errorf("got %v, want ErrNewerVersion", err)
		}
	}
	if err := s.Create(t.Context(), labelled("new")); !errors.Is(err, ErrExists) {
		t.Errorf("Create: %v, want ErrExists", err)
	}
	if got := content(t, path); got != newer {
		t.Errorf("the file holds %s", got)
	}
	if err := s.Remove(t.Context(), keyA); err != nil || exists(path) {
		t.Errorf("Remove: %v; the owner asked for it", err)
	}
}

func TestBrokenPoolIsSetAside(t *testing.T) {
	tests := map[string]func(t *testing.T, s *FileStore){
		"by Load":       func(t *testing.T, s *FileStore) { t.Helper(); checkPoolReport(t, mustLoad(t, s), true) },
		"by UpdatePool": func(t *testing.T, s *FileStore) { t.Helper(); activate("b")(t, s) },
	}
	for name, use := range tests {
		t.Run(name, func(t *testing.T) {
			s, _ := withAccounts(t, "a")
			write(t, filepath.Join(s.providerFolder("provider"), "pool.json"), `{"version":1,"active":`)
			use(t, s)
			activate("b")(t, s)
			snap := mustLoad(t, s)
			checkPoolReport(t, snap, false)
			if snap.Pool.Active != "b" || ids(snap) != "a" {
				t.Errorf("loaded %+v, want a new pool state and account a", snap)
			}
		})
	}
}

func checkPoolReport(t *testing.T, snap Snapshot, withReason bool) {
	t.Helper()
	if len(snap.Quarantined) != 1 {
		t.Fatalf("%+v, want one file set aside", snap)
	}
	q := snap.Quarantined[0]
	if q.ID != "" || content(t, q.Path) != `{"version":1,"active":` || errors.Is(q.Err, ErrCorrupt) != withReason {
		t.Errorf("%+v, want the pool's file with all its bytes", q)
	}
}

func TestNewerPoolIsLeftAlone(t *testing.T) {
	const newer = `{"version":3,"active":["a"]}`
	s, _ := withAccounts(t, "a")
	path := filepath.Join(s.providerFolder("provider"), "pool.json")
	write(t, path, newer)
	if snap := mustLoad(t, s); len(snap.Quarantined) != 1 || !errors.Is(snap.Quarantined[0].Err, ErrNewerVersion) {
		t.Errorf("loaded %+v, want ErrNewerVersion reported", snap)
	}
	_, err := s.UpdatePool(t.Context(), "provider", func(*PoolState) { t.Error("the mutation ran") })
	if !errors.Is(err, ErrNewerVersion) || content(t, path) != newer {
		t.Errorf("UpdatePool: %v, and the file holds %s", err, content(t, path))
	}
}

// An account that cannot be read does not keep the others from being loaded.
func TestUnreadableFileIsReported(t *testing.T) {
	s, accounts := withAccounts(t, "a", "b")
	path := filepath.Join(accounts, "a.json")
	s.fs = &unreadable{fileSystem: s.fs, path: path}
	snap := mustLoad(t, s)
	if ids(snap) != "b" || len(snap.Quarantined) != 1 || snap.Quarantined[0].Path != path || !exists(path) {
		t.Fatalf("loaded %+v, want b and a reported where it is", snap)
	}
	var storage *StorageError
	if !errors.As(snap.Quarantined[0].Err, &storage) || !errors.Is(storage, os.ErrPermission) {
		t.Errorf("%v, want a *StorageError", snap.Quarantined[0].Err)
	}
}

type unreadable struct {
	fileSystem
	path string
}

func (u *unreadable) ReadFile(path string, most int64) ([]byte, os.FileInfo, error) {
	if path == u.path {
		return nil, nil, &os.PathError{Op: "open", Path: path, Err: os.ErrPermission}
	}
	return u.fileSystem.ReadFile(path, most)
}
