package persistence

import (
	"errors"
	"os"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

// When somebody deletes the file that shows that a folder is open, the folder can be
// encrypted or decrypted meanwhile. Who has it open then writes no login in plain text,
// and none that nobody asks a key for.
func TestFolderEncryptedWhileOpen(t *testing.T) {
	dir, key := plainFolder(t), newTestCipher(t)
	s := openQuick(t, dir)
	if err := os.Remove(s.useLock()); err != nil {
		t.Fatal(err)
	}
	if _, err := Encrypt(t.Context(), dir, key, Encryption{Method: "test", Key: "k"}); err != nil {
		t.Fatal(err)
	}
	checkNoWrite(t, s, ErrSealed)
	if n := plainFiles(t, dir); n != 0 {
		t.Errorf("%d files in plain text in an encrypted folder", n)
	}
	sealed, err := OpenSealed(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	checkHeld(t, sealed)

	if err := os.Remove(s.useLock()); err != nil {
		t.Fatal(err)
	}
	if _, err := Decrypt(t.Context(), dir, key); err != nil {
		t.Fatal(err)
	}
	checkNoWrite(t, sealed, ErrNotSealed)
	checkHeld(t, openQuick(t, dir))
	if err := sealed.Close(); err != nil {
		t.Fatal(err)
	}
}

// checkNoWrite checks that a store writes no account, and says why.
func checkNoWrite(t *testing.T, s *FileStore, want error) {
	t.Helper()
	added := labelled("c")
	added.ID, added.Credentials.RefreshToken = "c", account.NewSecret(secretPart+"c")
	_, updateErr := s.Update(t.Context(), keyA, func(r *account.Record) { r.Label = "new" })
	for what, err := range map[string]error{"Create": s.Create(t.Context(), added), "Add": s.Add(t.Context(), added), "Update": updateErr} {
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
}
