package persistence

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

// testCipher is AES-GCM with a key of its own.
type testCipher struct{ aead cipher.AEAD }

func newTestCipher(t *testing.T) testCipher {
	t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return testCipher{aead}
}

func (c testCipher) Seal(plain []byte) ([]byte, error) {
	nonce := make([]byte, c.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return c.aead.Seal(nonce, nonce, plain, nil), nil
}

func (c testCipher) Open(sealed []byte) ([]byte, error) {
	if len(sealed) < c.aead.NonceSize() {
		return nil, errors.New("too short")
	}
	n := c.aead.NonceSize()
	return c.aead.Open(nil, sealed[:n], sealed[n:], nil)
}

const secretPart = "never-in-plain-text"

// plainFolder is a folder with accounts a and b in plain text, closed.
func plainFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s := openQuick(t, dir)
	for _, id := range []string{"a", "b"} {
		rec := labelled(id)
		rec.ID, rec.Credentials.RefreshToken = id, account.NewSecret(secretPart+id)
		if err := s.Create(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// plainFiles are the account files in which the secret can be read.
func plainFiles(t *testing.T, dir string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(secretPart)) {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// checkHeld checks that a store has both accounts with their logins.
func checkHeld(t *testing.T, s *FileStore) {
	t.Helper()
	snap := mustLoad(t, s)
	if ids(snap) != "a b" || len(snap.Quarantined) > 0 {
		t.Fatalf("the folder has %q, quarantined %v", ids(snap), snap.Quarantined)
	}
	for i := range snap.Accounts {
		if rec := &snap.Accounts[i]; rec.Credentials.RefreshToken.Reveal() != secretPart+rec.ID {
			t.Errorf("account %s has lost its login", rec.ID)
		}
	}
}

func TestSealedFolder(t *testing.T) {
	dir, key := plainFolder(t), newTestCipher(t)
	done, err := Encrypt(t.Context(), dir, key, Encryption{Method: "test", Key: "k"})
	if err != nil || done.Accounts != 2 || plainFiles(t, dir) != 0 {
		t.Fatalf("%+v (%v), %d files in plain text", done, err, plainFiles(t, dir))
	}
	if e, ok, err := ReadEncryption(dir); err != nil || !ok || !e.Complete || e.Method != "test" || e.Key != "k" {
		t.Errorf("encryption %+v %v %v", e, ok, err)
	}
	for name, open := range map[string]func() (*FileStore, error){
		"no key":      func() (*FileStore, error) { return OpenFiles(dir) },
		"another key": func() (*FileStore, error) { return OpenSealed(dir, newTestCipher(t)) },
	} {
		if _, err := open(); !errors.Is(err, ErrSealed) || !strings.Contains(err.Error(), "give the key") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := OpenSealed(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	checkHeld(t, s)
	if _, err := s.Update(t.Context(), keyA, func(r *account.Record) { r.Label = "new" }); err != nil || plainFiles(t, dir) != 0 {
		t.Errorf("after a change: %v, %d files in plain text", err, plainFiles(t, dir))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if done, err := Decrypt(t.Context(), dir, key); err != nil || done.Accounts != 2 || plainFiles(t, dir) != 2 {
		t.Errorf("decrypted %+v (%v)", done, err)
	}
	checkHeld(t, openQuick(t, dir))
	if _, err := OpenSealed(dir, key); !errors.Is(err, ErrNotSealed) {
		t.Errorf("a key for a plain folder: %v", err)
	}
}

func TestFolderInUseIsNotConverted(t *testing.T) {
	dir, key := plainFolder(t), newTestCipher(t)
	s := openQuick(t, dir)
	if _, err := Encrypt(t.Context(), dir, key, Encryption{}); !errors.Is(err, ErrInUse) || plainFiles(t, dir) != 2 {
		t.Errorf("a folder in use: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Decrypt(t.Context(), dir, key); !errors.Is(err, ErrNotSealed) {
		t.Errorf("decrypting a plain folder: %v", err)
	}
}

func TestEncryptingAgainNeedsTheSameKey(t *testing.T) {
	dir, key := plainFolder(t), newTestCipher(t)
	if _, err := Encrypt(t.Context(), dir, key, Encryption{}); err != nil {
		t.Fatal(err)
	}
	if _, err := Encrypt(t.Context(), dir, newTestCipher(t), Encryption{}); !errors.Is(err, ErrSealed) {
		t.Errorf("another key: %v", err)
	}
	if _, err := Decrypt(t.Context(), dir, newTestCipher(t)); !errors.Is(err, ErrSealed) {
		t.Errorf("decrypting with another key: %v", err)
	}
}

// TestConversionCutShort fails operation 0, 1, 2 and so on of a conversion and
// all that follow, as a process that is killed does. No account is lost, and
// calling it again completes it.
func TestConversionCutShort(t *testing.T) {
	key := newTestCipher(t)
	for n, cut := 0, true; cut; n++ {
		dir := plainFolder(t)
		faulty := &faultyFileSystem{fileSystem: quickFileSystem{}, cause: syscall.EIO, stays: true, before: n}
		_, err := encrypt(t.Context(), faulty, dir, key, Encryption{Method: "test"})
		cut = faulty.hasFailed() != ""
		if cut != (err != nil) {
			t.Fatalf("a fault in %q, error %v", faulty.hasFailed(), err)
		}
		checkBetween(t, dir, key)
		if _, err := Encrypt(t.Context(), dir, key, Encryption{Method: "test"}); err != nil || plainFiles(t, dir) != 0 {
			t.Fatalf("completing it after a fault in %q: %v", faulty.hasFailed(), err)
		}
	}
	for n, cut := 0, true; cut; n++ {
		dir := plainFolder(t)
		if _, err := Encrypt(t.Context(), dir, key, Encryption{Method: "test"}); err != nil {
			t.Fatal(err)
		}
		faulty := &faultyFileSystem{fileSystem: quickFileSystem{}, cause: syscall.EIO, stays: true, before: n}
		_, err := decrypt(t.Context(), faulty, dir, key)
		cut = faulty.hasFailed() != ""
		if cut != (err != nil) {
			t.Fatalf("a fault in %q, error %v", faulty.hasFailed(), err)
		}
		checkBetween(t, dir, key)
		if _, err := Decrypt(t.Context(), dir, key); err != nil && !errors.Is(err, ErrNotSealed) {
			t.Fatalf("completing it after a fault in %q: %v", faulty.hasFailed(), err)
		}
		checkHeld(t, openQuick(t, dir))
	}
}

// checkBetween opens a folder whose conversion was cut short: with the key as
// soon as it says that it is encrypted.
func checkBetween(t *testing.T, dir string, key Cipher) {
	t.Helper()
	_, sealed, err := ReadEncryption(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !sealed {
		key = nil
	}
	s, err := openFiles(dir, quickFileSystem{}, key)
	if err != nil {
		t.Fatal(err)
	}
	checkHeld(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
