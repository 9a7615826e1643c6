package persistence

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/account"
)

// Conversion tells what [Encrypt] or [Decrypt] did.
type Conversion struct {
	// Accounts is how many were rewritten.
	Accounts int
	// Left are files that could not be read and were left as they are. Some may
	// be in plain text.
	Left []string
}

// Encrypt encrypts every account in dir with c, and stores e, which says how to
// find the key again. To complete an interrupted encryption, call it again with
// the same key. The errors are [ErrInUse] while a program has the folder open,
// [ErrSealed] when it is encrypted with another key, ctx's, and the disk's. What
// was converted before an error stays so, and can still be read.
func Encrypt(ctx context.Context, dir string, c Cipher, e Encryption) (Conversion, error) {
	return encrypt(ctx, osFileSystem{}, dir, c, e)
}

func encrypt(ctx context.Context, files fileSystem, dir string, c Cipher, e Encryption) (Conversion, error) {
	return convert(ctx, files, dir, c, func(s *FileStore) (finish func() error, err error) {
		earlier, sealed, err := readEncryption(s.fs, s.dir)
		if err == nil && sealed && !opens(c, earlier) {
			err = storageError(s.dir, ErrSealed)
		}
		if err == nil {
			e.Check, err = c.Seal([]byte(checkText))
		}
		if err != nil {
			return nil, err
		}
		s.seals, e.Complete = true, false
		finish = func() error {
			e.Complete = true
			return s.writeEncryption(e)
		}
		return finish, s.writeEncryption(e)
	})
}

// Decrypt stores every account in dir in plain text again. To complete an
// interrupted decryption, call it again. The errors are those of [Encrypt], and
// [ErrNotSealed].
func Decrypt(ctx context.Context, dir string, c Cipher) (Conversion, error) {
	return decrypt(ctx, osFileSystem{}, dir, c)
}

func decrypt(ctx context.Context, files fileSystem, dir string, c Cipher) (Conversion, error) {
	return convert(ctx, files, dir, c, func(s *FileStore) (finish func() error, err error) {
		if err := s.checkEncryption(); err != nil {
			return nil, err
		}
		e, _, err := readEncryption(s.fs, s.dir)
		if err != nil {
			return nil, err
		}
		s.seals, e.Complete = false, false
		return s.forgetEncryption, s.writeEncryption(e)
	})
}

func (s *FileStore) forgetEncryption() error {
	path := filepath.Join(s.dir, encryptionFile)
	if err := s.fs.Remove(path); err != nil {
		return storageError(path, err)
	}
	return s.syncFolderOf(path)
}

// convert rewrites every account while nobody else has the folder open. The
// encryption file exists from before the first account is encrypted until after
// the last one is decrypted. So no program mistakes a folder with encrypted
// accounts for a plain one.
func convert(ctx context.Context, files fileSystem, dir string, c Cipher, begin func(*FileStore) (func() error, error)) (done Conversion, err error) {
	s, err := newFileStore(dir, files)
	if err != nil {
		return Conversion{}, err
	}
	s.cipher, s.converts = c, true
	release, ok, err := s.tryLock(s.useLock())
	if err != nil {
		return Conversion{}, storageError(s.useLock(), err)
	}
	if !ok {
		return Conversion{}, ErrInUse
	}
	defer func() { err = errors.Join(err, release()) }()
	finish, err := begin(s)
	if err != nil {
		return Conversion{}, err
	}
	if done, err = s.rewriteAll(ctx); err != nil {
		return done, err
	}
	return done, finish()
}

func (s *FileStore) rewriteAll(ctx context.Context) (Conversion, error) {
	var done Conversion
	err := s.eachAccount(ctx, func(key Key) error {
		_, err := s.Update(ctx, key, func(*account.Record) {})
		switch {
		case errors.Is(err, ErrCorrupt), errors.Is(err, ErrNewerVersion), isNoFile(err):
			done.Left = append(done.Left, fmt.Sprintf("%s: %v", key.ID, err))
			return nil
		case errors.Is(err, ErrNotFound):
			return nil
		case err == nil:
			done.Accounts++
		}
		return err
	})
	return done, err
}

// eachAccount calls do for every stored account of every provider.
func (s *FileStore) eachAccount(ctx context.Context, do func(Key) error) error {
	names, err := s.providers()
	if err != nil {
		return err
	}
	for _, provider := range names {
		if err := s.eachOf(ctx, provider, do); err != nil {
			return err
		}
	}
	return nil
}

// providers returns the names of the providers that have a folder.
func (s *FileStore) providers() ([]string, error) {
	folders, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return nil, storageError(s.dir, err)
	}
	var names []string
	for _, folder := range folders {
		if folder.IsDir() && checkProvider(folder.Name()) == nil {
			names = append(names, folder.Name())
		}
	}
	return names, nil
}

func (s *FileStore) eachOf(ctx context.Context, provider string, do func(Key) error) error {
	folder, err := s.accountsFolderToRead(provider)
	if folder == "" || err != nil {
		return err
	}
	found, err := s.sweptListing(folder, provider)
	if err != nil {
		return err
	}
	if len(found.refused) > 0 {
		return found.refused[0].Err
	}
	for _, p := range found.places {
		if err := errors.Join(ctx.Err(), do(p.key)); err != nil {
			return err
		}
	}
	return nil
}
