package persistence

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

func encoded(t *testing.T, mutate func(*account.Record)) string {
	t.Helper()
	rec := labelled("old")
	mutate(&rec)
	data, err := encodeAccount(&rec)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func relabelled(t *testing.T, label string) string {
	t.Helper()
	return encoded(t, func(r *account.Record) { r.Label = label })
}

// A writer that was killed between its write and its rename leaves a temp
// file; what becomes of it shows in a Load and in an Update alike.
func TestTempFileOfADeadWriter(t *testing.T) {
	tests := map[string]struct {
		temp  func(t *testing.T) string
		label string
	}{
		"whole":    {func(t *testing.T) string { t.Helper(); return relabelled(t, "new") }, "new"},
		"torn":     {func(t *testing.T) string { t.Helper(); return relabelled(t, "new")[:50] }, "old"},
		"empty":    {func(*testing.T) string { return "" }, "old"},
		"of zeros": {func(*testing.T) string { return strings.Repeat("\x00", 500) }, "old"},
		"of another account": {func(t *testing.T) string {
			t.Helper()
			return encoded(t, func(r *account.Record) { r.ID, r.Label = "b", "new" })
		}, "old"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, first := range []func(*testing.T, *FileStore){
				func(t *testing.T, s *FileStore) { t.Helper(); mustLoad(t, s) },
				func(t *testing.T, s *FileStore) {
					t.Helper()
					if _, err := s.Update(t.Context(), keyA, func(*account.Record) {}); err != nil {
						t.Error(err)
					}
				},
			} {
				s, accounts := withAccounts(t, "a")
				write(t, filepath.Join(accounts, "a.json.tmp"), test.temp(t))
				first(t, s)
				checkNoTempFiles(t, accounts)
				if snap := mustLoad(t, s); ids(snap) != "a" || snap.Accounts[0].Label != test.label {
					t.Errorf("loaded %+v, want the label %s", snap, test.label)
				}
			}
		})
	}
}

func TestTempFileOfADeadCreateIsCompleted(t *testing.T) {
	s, accounts := withAccounts(t, "b")
	write(t, filepath.Join(accounts, "a.json.tmp"), relabelled(t, "new"))
	if got := ids(mustLoad(t, s)); got != "a b" {
		t.Errorf("loaded %q, want the account whose file was whole as well", got)
	}
	checkNoTempFiles(t, accounts)
}

func TestOlderTempFileRollsNothingBack(t *testing.T) {
	s, accounts := withAccounts(t, "a")
	if _, err := s.Update(t.Context(), keyA, func(r *account.Record) { r.Generation = 2 }); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(accounts, "a.json.tmp"), encoded(t, func(r *account.Record) { r.Generation = 1 }))
	if snap := mustLoad(t, s); snap.Accounts[0].Generation != 2 {
		t.Errorf("generation %d, want 2", snap.Accounts[0].Generation)
	}
	checkNoTempFiles(t, accounts)
}

func TestTempFileOfAWriterAtWorkIsLeftAlone(t *testing.T) {
	s, accounts := withAccounts(t, "a")
	writer := openQuick(t, s.dir)
	lock, err := writer.Lock(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	temp := filepath.Join(accounts, "a.json.tmp")
	write(t, temp, relabelled(t, "new")[:50])
	for _, loader := range []*FileStore{s, writer} {
		if got := ids(mustLoad(t, loader)); got != "a" {
			t.Errorf("loaded %q", got)
		}
		if !exists(temp) {
			t.Fatal("the temp file of a writer that holds the lock was removed")
		}
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, s)
	checkNoTempFiles(t, accounts)
}

func TestTempFileOfTheRemovedAccountGoesToo(t *testing.T) {
	s, accounts := withAccounts(t, "a")
	write(t, filepath.Join(accounts, "a.json.tmp"), relabelled(t, "new"))
	if err := s.Remove(t.Context(), keyA); err != nil {
		t.Fatal(err)
	}
	checkNoTempFiles(t, accounts)
	if got := ids(mustLoad(t, s)); got != "" {
		t.Errorf("%q came back", got)
	}
}

func TestTempFileOfANewerVersionIsLeftAlone(t *testing.T) {
	s, accounts := withAccounts(t, "a")
	temp := filepath.Join(accounts, "a.json.tmp")
	const newer = `{"version":2,"id":"a"}`
	write(t, temp, newer)
	mustLoad(t, s)
	if _, err := s.Update(t.Context(), keyA, func(*account.Record) {}); !errors.Is(err, ErrNewerVersion) {
		t.Errorf("Update: %v, want ErrNewerVersion", err)
	}
	if got := content(t, temp); got != newer {
		t.Errorf("the file holds %q", got)
	}
}

func TestTempFileOfThePoolIsRemoved(t *testing.T) {
	s, _ := withAccounts(t, "a")
	activate("a")(t, s)
	temp := filepath.Join(s.providerFolder("provider"), "pool.json.tmp")
	for _, use := range []func(){func() { mustLoad(t, s) }, func() { activate("a")(t, s) }} {
		write(t, temp, `{"version":1,"active":"b"}`)
		use()
		if exists(temp) {
			t.Error("the temp file is still there")
		}
		if got := mustLoad(t, s).Pool.Active; got != "a" {
			t.Errorf("active is %q, want a", got)
		}
	}
}

func TestForeignNamesAreLeftAlone(t *testing.T) {
	s, accounts := withAccounts(t, "a")
	names := []string{"README", "a.json~", "A.json", ".b.json", "b.intent", "c.json.tmp.swp", "d.json.quarantined-yesterday"}
	for _, name := range names {
		write(t, filepath.Join(accounts, name), "x")
	}
	if err := os.Mkdir(filepath.Join(accounts, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if snap := mustLoad(t, s); ids(snap) != "a" || len(snap.Quarantined) > 0 {
		t.Errorf("loaded %+v, want a alone", snap)
	}
	for _, name := range names {
		if got := content(t, filepath.Join(accounts, name)); got != "x" {
			t.Errorf("%s holds %q", name, got)
		}
	}
}
