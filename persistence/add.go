package persistence

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"

	"github.com/seed-810f1486/multiaccount/account"
)

// Adder is a [Store] that stores each login once, however many processes add it at
// the same time.
type Adder interface {
	// Add is [Store.Create] for a login that no other account of its provider has.
	// When one has it, nothing is stored: the error is a *[KnownLoginError]. The
	// check and the change are one step for all users of the store. An account that
	// cannot be read is not compared.
	Add(ctx context.Context, rec account.Record) error
}

// KnownLoginError is returned by [Adder.Add] when an account has the login.
type KnownLoginError struct {
	// Holder is the stored account, with its secrets.
	Holder account.Record
}

// Error names the account.
func (e *KnownLoginError) Error() string {
	return "account " + e.Holder.ID + " of " + e.Holder.Provider + " has this login already"
}

// AddTo is s's Add, or its Create when s is no [Adder].
func AddTo(ctx context.Context, s Store, rec account.Record) error {
	if adder, ok := s.(Adder); ok {
		return adder.Add(ctx, rec)
	}
	return s.Create(ctx, rec)
}

var (
	_ Adder = (*FileStore)(nil)
	_ Adder = (*Memory)(nil)
)

// Add implements [Adder]. It holds the pool's lock from the check until the account
// is stored.
func (s *FileStore) Add(ctx context.Context, rec account.Record) (err error) {
	unlock, err := s.LockPool(ctx, rec.Provider)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	holder, err := s.holderOf(&rec)
	switch {
	case err != nil:
		return err
	case holder != nil:
		return &KnownLoginError{*holder}
	}
	return s.Create(ctx, rec)
}

// holderOf returns another account that has rec's login; nil for none. The
// caller holds the pool's lock.
func (s *FileStore) holderOf(rec *account.Record) (*account.Record, error) {
	folder, err := s.accountsFolderToRead(rec.Provider)
	if folder == "" || err != nil {
		return nil, err
	}
	found, err := s.sweptListing(folder, rec.Provider)
	if err != nil {
		return nil, err
	}
	for _, p := range found.places {
		if p.key.ID == rec.ID || !s.readLogin(p).Same(rec.Login()) {
			continue
		}
		if holder, err := s.peek(p); err == nil && holder.Login().Same(rec.Login()) {
			return &holder, nil
		}
	}
	return nil, nil //nolint:nilnil // no holder is the usual case
}

// readLogins are the logins in the files that were read, so that an add does not
// read every account.
type readLogins struct {
	mu sync.Mutex
	of map[Key]readLogin
}

// readLogin is a login, and its file as it was before it was read.
type readLogin struct {
	file  fs.FileInfo
	login account.Login
}

// readLogin returns the login that a file holds; the zero value when it cannot be
// read.
func (s *FileStore) readLogin(p place) account.Login {
	file, err := s.fs.Stat(p.file)
	if err != nil {
		return account.Login{}
	}
	s.logins.mu.Lock()
	defer s.logins.mu.Unlock()
	if last, known := s.logins.of[p.key]; known && unchanged(last.file, file) {
		return last.login
	}
	rec, err := s.peek(p)
	if err != nil {
		return account.Login{}
	}
	if s.logins.of == nil {
		s.logins.of = map[Key]readLogin{}
	}
	s.logins.of[p.key] = readLogin{file, rec.Login()}
	return rec.Login()
}

// unchanged reports whether a file is still the one that was read: each write
// replaces it.
func unchanged(was, is fs.FileInfo) bool {
	return os.SameFile(was, is) && was.ModTime().Equal(is.ModTime()) && was.Size() == is.Size()
}
