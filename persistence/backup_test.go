package persistence_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func openAt(t *testing.T, dir string) *persistence.FileStore {
	t.Helper()
	s, err := persistence.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// full is a store with all that a backup is to hold.
func full(t *testing.T) *persistence.FileStore {
	t.Helper()
	s := openAt(t, filepath.Join(t.TempDir(), "state"))
	for _, rec := range []account.Record{
		{
			ID: "a", Provider: "p", Label: "work", Weight: 3, Priority: 2, MaxInFlight: 4, Enabled: true, Generation: 7,
			Credentials: account.Credentials{RefreshToken: account.NewSecret("rt")}, Unknown: map[string]json.RawMessage{"new": []byte(`{"x":1}`)},
		},
		{ID: "b", Provider: "q", Kind: account.APIKey, Credentials: account.Credentials{APIKey: account.NewSecret("key")}},
	} {
		if err := s.Create(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.UpdatePool(t.Context(), "p", func(p *persistence.PoolState) { p.Active, p.Pinned = "a", "a" }); err != nil {
		t.Fatal(err)
	}
	return s
}

func backup(t *testing.T, s *persistence.FileStore) string {
	t.Helper()
	b, left, err := s.Backup(t.Context())
	if err != nil || len(left) > 0 {
		t.Fatalf("left %v, %v", left, err)
	}
	data, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func restored(t *testing.T, s *persistence.FileStore, text string, replace bool) persistence.Restored {
	t.Helper()
	var b persistence.Backup
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		t.Fatal(err)
	}
	done, err := s.Restore(t.Context(), &b, replace)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestBackupIsRestoredWhole(t *testing.T) {
	text := backup(t, full(t))
	for _, part := range []string{`"weight":3`, `"priority":2`, `"new":{"x":1}`, `"rt"`, `"key"`, `"pinned":"a"`} {
		if !strings.Contains(text, part) {
			t.Errorf("the backup lacks %s: %s", part, text)
		}
	}
	s := openAt(t, filepath.Join(t.TempDir(), "other"))
	if done := restored(t, s, text, false); len(done.Stored) != 2 || len(done.Kept) != 0 {
		t.Errorf("%+v", done)
	}
	if again := backup(t, s); again != text {
		t.Errorf("restored:\n%s\nwant:\n%s", again, text)
	}
}

func TestRestoreKeepsWhatIsThere(t *testing.T) {
	s := full(t)
	text := backup(t, s)
	key := persistence.Key{Provider: "p", ID: "a"}
	if _, err := s.Update(t.Context(), key, func(r *account.Record) {
		r.Credentials.RefreshToken, r.Generation = account.NewSecret("newer"), 9
	}); err != nil {
		t.Fatal(err)
	}
	if done := restored(t, s, text, false); len(done.Stored) != 0 || len(done.Kept) != 2 {
		t.Errorf("%+v", done)
	}
	if r, err := s.Read(t.Context(), key); err != nil || r.Credentials.RefreshToken.Reveal() != "newer" {
		t.Errorf("the newer login is gone: %v", err)
	}
	if done := restored(t, s, text, true); len(done.Stored) != 2 {
		t.Errorf("%+v", done)
	}
	if r, err := s.Read(t.Context(), key); err != nil || r.Credentials.RefreshToken.Reveal() != "rt" || r.Generation != 10 {
		t.Errorf("generation %d, %v", r.Generation, err)
	}
}

// A login that was added anew since the backup keeps its new id: it does not become
// two accounts.
func TestRestoreOfALoginWithAnotherID(t *testing.T) {
	s := full(t)
	text := backup(t, s)
	key := persistence.Key{Provider: "p", ID: "a"}
	rec, err := s.Read(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	rec.ID, rec.Label = "anew", "newer"
	if err := errors.Join(s.Remove(t.Context(), key), s.Create(t.Context(), rec)); err != nil {
		t.Fatal(err)
	}
	for _, label := range []string{"newer", "work"} {
		restored(t, s, text, label == "work")
		snap, err := s.Load(t.Context(), "p")
		if err != nil || len(snap.Accounts) != 1 || snap.Accounts[0].ID != "anew" || snap.Accounts[0].Label != label {
			t.Errorf("%d accounts, want one with the label %q; %v", len(snap.Accounts), label, err)
		}
	}
}

func TestRestoreOfADamagedBackupStoresNothing(t *testing.T) {
	good := backup(t, full(t))
	for text, want := range map[string]error{
		strings.Replace(good, `"version":1`, `"version":2`, 1):     persistence.ErrNewerVersion,
		strings.Replace(good, `"id":"b"`, `"id":"../b"`, 1):        persistence.ErrName,
		strings.Replace(good, `"provider":"q"`, `"provider":1`, 1): persistence.ErrCorrupt,
	} {
		var b persistence.Backup
		if err := json.Unmarshal([]byte(text), &b); err != nil {
			t.Fatal(err)
		}
		s := openAt(t, filepath.Join(t.TempDir(), "state"))
		if done, err := s.Restore(t.Context(), &b, true); !errors.Is(err, want) || len(done.Stored) > 0 {
			t.Errorf("%v, want %v; %+v", err, want, done)
		}
	}
}

func TestWriteFileOverwritesOnlyWhenTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	if err := persistence.WriteFile(path, []byte("one"), false); err != nil {
		t.Fatal(err)
	}
	if err := persistence.WriteFile(path, []byte("two"), false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v", err)
	}
	if err := persistence.WriteFile(path, []byte("two"), true); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "two" {
		t.Errorf("%q, %v", text, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

// Whatever a backup's file holds, it is stored whole or is an error.
func FuzzRestore(f *testing.F) {
	f.Add([]byte(`{"version":1,"providers":{"p":{"accounts":[{"version":1,"id":"a","provider":"p","credentials":{"api_key":"k"}}],"pool":{"version":1,"active":"a"}}}}`))
	f.Add([]byte(`{"version":1,"providers":{"../p":{"accounts":[{"id":"a"}]}}}`))
	f.Add([]byte(`{"version":1,"providers":{"p":{"accounts":[null,1,{}],"pool":[]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var b persistence.Backup
		if json.Unmarshal(data, &b) != nil {
			return
		}
		dir := filepath.Join(t.TempDir(), "state")
		s, err := persistence.OpenFiles(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		done, err := s.Restore(t.Context(), &b, true)
		if err == nil && len(done.Stored) != b.Accounts() {
			t.Errorf("%d of %d accounts were stored", len(done.Stored), b.Accounts())
		}
	})
}
