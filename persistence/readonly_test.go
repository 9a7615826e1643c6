package persistence_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// seen is all that a folder holds, as text: names, modes, times, bytes.
func seen(t *testing.T, dir string) string {
	t.Helper()
	var text strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var data []byte
		if info.Mode().IsRegular() {
			data, err = os.ReadFile(path)
		}
		fmt.Fprintln(&text, path, info.Mode(), info.ModTime().UnixNano(), string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// used is a folder as a life leaves it: two accounts, one that does not parse, an
// unfinished write, the claims of a process that has died, a lock that nobody needs.
func used(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "state")
	s, err := persistence.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		if err := s.Create(t.Context(), account.Record{ID: id, Provider: "p"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.Claim("p", []string{"a"}), s.Close()); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"accounts/broken.json": "{", "accounts/b.json.tmp": "{", "accounts/b.intent.tmp": "{", "locks/gone.lock": "", "locks/broken.lock": "",
		"claims/dead.json": `{"version":1,"process":1,"accounts":["b"]}`, "pool.json": "{",
	} {
		if err := os.WriteFile(filepath.Join(dir, "p", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReadOnlyChangesNothing(t *testing.T) {
	dir := used(t)
	before := seen(t, dir)
	s, err := persistence.OpenReadOnly(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Load(t.Context(), "p")
	if err != nil || len(found.Accounts) != 2 || len(found.Quarantined) != 2 {
		t.Errorf("%d accounts, %+v, %v", len(found.Accounts), found.Quarantined, err)
	}
	for _, q := range found.Quarantined {
		if !q.InPlace || !errors.Is(q.Err, persistence.ErrCorrupt) {
			t.Errorf("%+v", q)
		}
	}
	if _, err := s.Read(t.Context(), persistence.Key{Provider: "p", ID: "a"}); err != nil {
		t.Error(err)
	}
	if claims := s.Claimants("p"); len(claims) != 0 {
		t.Errorf("a dead process claims %v", claims)
	}
	stop, err := s.Watch("p", persistence.Watching{Changed: func(string) {}, Present: func([]string) {}, Claimed: func(map[string]bool) {}})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	for name, err := range map[string]error{
		"create": s.Create(t.Context(), account.Record{ID: "c", Provider: "p"}), "claim": s.Claim("p", []string{"a"}),
		"remove": s.Remove(t.Context(), persistence.Key{Provider: "p", ID: "a"}), "decisions": s.SaveDecisions("p", []byte("{}\n")),
	} {
		if err == nil {
			t.Errorf("%s succeeded", name)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if after := seen(t, dir); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

func TestReadOnlyOfNoFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	s, err := persistence.OpenReadOnly(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := s.Load(t.Context(), "p"); err != nil || len(found.Accounts) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
	told := make(chan []string, 1)
	stop, err := s.Watch("p", persistence.Watching{
		Changed: func(string) {}, Claimed: func(map[string]bool) {},
		Present: func(ids []string) {
			select {
			case told <- ids:
			default:
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the folder was made: %v", err)
	}
	w, err := persistence.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	if err := w.Create(t.Context(), account.Record{ID: "a", Provider: "p"}); err != nil {
		t.Fatal(err)
	}
	for ids := range told {
		if len(ids) == 1 && ids[0] == "a" {
			return
		}
	}
}

func TestReadOnlyNeedsNoRightToWrite(t *testing.T) {
	dir := used(t)
	for _, folder := range []string{"p/accounts", "p", "."} {
		path := filepath.Join(dir, folder)
		if err := os.Chmod(path, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(path, 0o700) })
	}
	s, err := persistence.OpenReadOnly(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := s.Load(t.Context(), "p"); err != nil || len(found.Accounts) != 2 {
		t.Errorf("%d accounts, %v", len(found.Accounts), err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	var open *persistence.PermissionError
	if _, err := persistence.OpenReadOnly(dir, nil); !errors.As(err, &open) {
		t.Errorf("a folder that others may write to is read: %v", err)
	}
}
