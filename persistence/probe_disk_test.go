package persistence

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Whatever fails on the way is told, and what was written goes.
func TestProbeFindsAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := Probe(dir); err != nil {
		t.Fatal(err)
	}
	failed := 0
	for before := 0; ; before++ {
		files := &faultyFileSystem{fileSystem: quickFileSystem{}, before: before, cause: syscall.ENOSPC}
		err := probe(dir, files)
		op := files.hasFailed()
		if op == "" {
			break
		}
		if op == "write" || op == "create" {
			failed++
			if !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%s failed, and the probe says %v", op, err)
			}
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || failed < 2 {
		t.Errorf("%d failures, %v, %v", failed, entries, err)
	}
}

func TestStrayIntentsAreThoseThatNobodyIsAt(t *testing.T) {
	s, err := OpenFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	token := account.NewSecret("rt")
	for _, id := range []string{"a", "b"} {
		rec := account.Record{ID: id, Provider: "p", Credentials: account.Credentials{RefreshToken: token}}
		if err := s.Create(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
	}
	held, err := s.Lock(t.Context(), Key{Provider: "p", ID: "a"})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC().Truncate(time.Second)
	if err := held.Intend(account.Intent{Token: token.Fingerprint(), At: at, Process: 7}); err != nil {
		t.Fatal(err)
	}
	other, err := OpenReadOnly(s.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := other.StrayIntents("p"); err != nil || len(found) != 0 {
		t.Errorf("an exchange under way: %+v, %v", found, err)
	}
	folder := s.accountsFolder("p")
	for name, text := range map[string]string{
		"b.intent":    `{"version":1,"refresh_token_sha256":"` + token.Fingerprint() + `","at":"` + at.Format(time.RFC3339) + `","process":7}`,
		"gone.intent": `{"version":1,"refresh_token_sha256":"x"}`, "torn.intent": `{`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := other.StrayIntents("p")
	if err != nil || len(found) != 3 {
		t.Fatalf("%+v, %v", found, err)
	}
	if b := found[0]; b.ID != "b" || !b.Pending || b.Process != 7 || !b.At.Equal(at) {
		t.Errorf("%+v", b)
	}
	if found[1].Pending || found[2].Pending {
		t.Errorf("%+v", found[1:])
	}
	if err := held.Unlock(); err != nil {
		t.Error(err)
	}
}
