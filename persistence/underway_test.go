package persistence

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// begun is a refresh under way whose lock file somebody has deleted.
func begun(t *testing.T, s *FileStore) Locked {
	t.Helper()
	l, err := s.Lock(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	rec := l.Record()
	if err := l.Intend(account.Intent{Token: rec.Credentials.RefreshToken.Fingerprint(), At: time.Now(), Process: 1}); err != nil {
		t.Fatal(err)
	}
	deleteLock(t, s)
	return l
}

func deleteLock(t *testing.T, s *FileStore) {
	t.Helper()
	if err := os.Remove(s.lockOf("provider", s.accountsFolder("provider")+"/a.json")); err != nil {
		t.Fatal(err)
	}
}

func checkKeptOut(t *testing.T, other *FileStore) {
	t.Helper()
	soon := func() context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), 3*underWayPause)
		t.Cleanup(cancel)
		return ctx
	}
	if _, err := other.Lock(soon(), keyA); !errors.Is(err, ErrLocked) {
		t.Errorf("Lock: %v, want ErrLocked", err)
	}
	if _, err := other.Update(soon(), keyA, func(*account.Record) { t.Error("the mutation ran") }); !errors.Is(err, ErrLocked) {
		t.Errorf("Update: %v, want ErrLocked", err)
	}
}

// A lock file that is deleted during a refresh lets nobody in before the new
// login is stored.
func TestDeletedLockFile(t *testing.T) {
	s, _ := withAccounts(t, "a")
	other := openQuick(t, s.dir)
	l := begun(t, s)
	checkKeptOut(t, other)
	if _, err := l.Update(t.Context(), func(r *account.Record) { r.Credentials.RefreshToken = account.NewSecret("next") }); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Settle(), l.Unlock()); err != nil {
		t.Fatal(err)
	}
	next, err := other.Lock(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	if rec := next.Record(); rec.Credentials.RefreshToken.Reveal() != "next" {
		t.Error("the next one holds the token that is spent")
	}
	if i, err := next.Intent(); i != nil || err != nil {
		t.Errorf("Intent: %+v, %v", i, err)
	}
	if err := next.Unlock(); err != nil {
		t.Fatal(err)
	}
}

// The refresh is under way no longer than its process lives, or its holder wants.
func TestRefreshThatIsNotUnderWayAnyMore(t *testing.T) {
	for name, end := range map[string]func(s *FileStore, l Locked) error{
		"the process died": func(s *FileStore, _ Locked) error { return s.instance.held["provider"]() },
		"the store closed": func(s *FileStore, _ Locked) error { return s.Close() },
		"it was given up":  func(_ *FileStore, l Locked) error { return l.Unlock() },
		"it was settled":   func(_ *FileStore, l Locked) error { return l.Settle() },
		"its token replaced": func(_ *FileStore, l Locked) error {
			_, err := l.Update(context.Background(), func(r *account.Record) { r.Credentials.RefreshToken = account.NewSecret("next") })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := withAccounts(t, "a")
			other := openQuick(t, s.dir)
			l := begun(t, s)
			checkKeptOut(t, other)
			if err := end(s, l); err != nil {
				t.Fatal(err)
			}
			next, err := other.Lock(t.Context(), keyA)
			if err != nil {
				t.Fatal(err)
			}
			rest := name == "it was settled" || name == "its token replaced"
			if i, err := next.Intent(); err != nil || (i == nil) != rest {
				t.Errorf("Intent: %+v, %v", i, err)
			}
			if err := next.Unlock(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Who tries again what a dead process began is as safe.
func TestDeletedLockFileOfASecondTry(t *testing.T) {
	s, _ := withAccounts(t, "a")
	dead, other := openQuick(t, s.dir), openQuick(t, s.dir)
	_ = begun(t, dead)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := s.Lock(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	if i, err := l.Intent(); err != nil || i == nil || i.Process != 1 {
		t.Fatalf("Intent: %+v, %v", i, err)
	}
	deleteLock(t, s)
	checkKeptOut(t, other)
	if err := l.Unlock(); err != nil {
		t.Fatal(err)
	}
	next, err := other.Lock(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	if i, err := next.Intent(); err != nil || i == nil || i.Process != 1 {
		t.Errorf("the next one finds %+v, %v", i, err)
	}
}

// Without its lock file nobody begins to spend a token.
func TestLockFileDeletedBeforeTheIntent(t *testing.T) {
	s, _ := withAccounts(t, "a")
	other := openQuick(t, s.dir)
	l, err := s.Lock(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	deleteLock(t, s)
	second, err := other.Lock(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Intend(account.Intent{Token: "x"}); !errors.Is(err, ErrLocked) {
		t.Errorf("Intend without a lock file: %v", err)
	}
	if err := second.Intend(account.Intent{Token: "x"}); err != nil {
		t.Error(err)
	}
	if err := errors.Join(l.Unlock(), second.Unlock()); err != nil {
		t.Error(err)
	}
}

// A full disk keeps nobody waiting for an exchange that has been given up.
func TestExchangeGivenUpOnAFullDisk(t *testing.T) {
	s, accounts := withAccounts(t, "a")
	other := openQuick(t, s.dir)
	l := begun(t, s)
	s.fs = &full{s.fs}
	if err := l.Unlock(); err != nil {
		t.Errorf("Unlock: %v", err)
	}
	next, err := other.Lock(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	if i, err := next.Intent(); err != nil || i == nil || i.Process != 1 || i.At.IsZero() {
		t.Errorf("Intent: %+v, %v", i, err)
	}
	if err := next.Unlock(); err != nil {
		t.Error(err)
	}
	checkNoTempFiles(t, accounts)
}

// full has no room for another file.
type full struct{ fileSystem }

func (*full) Create(path string) (file, error) {
	return nil, &os.PathError{Op: "create", Path: path, Err: syscall.ENOSPC}
}
