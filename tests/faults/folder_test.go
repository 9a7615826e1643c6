package faults_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// openError opens an engine that must not open, and returns why.
func openError(t *testing.T, dir string) error {
	t.Helper()
	eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
		Dir: dir, Providers: rig.Providers(rig.Server(t)), Settings: rig.Settings(),
	})
	if err == nil {
		rig.Close(t, eng)
		t.Fatal("the engine opened")
	}
	return err
}

// closedWorld is a world with two accounts whose engine has ended.
func closedWorld(t *testing.T) (w world, alice, bob string) {
	t.Helper()
	w = newWorld(t)
	alice = rig.Add(t, w.pool, rig.OAuth(w.srv.AddAccount(providertest.Account{})))
	bob = rig.Add(t, w.pool, rig.OAuth(w.srv.AddAccount(providertest.Account{})))
	rig.Close(t, w.eng)
	return w, alice, bob
}

func accountFile(dir, id string) string {
	return filepath.Join(dir, "anthropic", "accounts", id+".json")
}

// A file that cannot be read costs its account and no other; its owner is
// told, and its bytes are kept.
func TestCorruptAccountFile(t *testing.T) {
	for name, content := range map[string]string{
		"empty":      "",
		"cut short":  `{"version": 1, "id": "`,
		"no JSON":    "\x00\x01\x02",
		"other JSON": `["an", "array"]`,
	} {
		t.Run(name, func(t *testing.T) {
			w, alice, bob := closedWorld(t)
			rig.Must(t, os.WriteFile(accountFile(w.dir, alice), []byte(content), 0o600))
			eng := w.open(t)
			pool := rig.Pool(t, eng, "anthropic")
			status := rig.Status(t, pool, alice)
			if status.State != multiaccount.StateQuarantined || status.Reason == "" {
				t.Errorf("the broken account is %s: %s", status.State, status.Reason)
			}
			if served, err := serve(t.Context(), pool); err != nil || served != bob {
				t.Errorf("served by %s, %v; want the other account", served, err)
			}
			_, err := pool.Acquire(t.Context(), multiaccount.Request{Account: alice})
			var unavailable *multiaccount.AccountUnavailableError
			if !errors.As(err, &unavailable) {
				t.Errorf("pinned to the broken account: %v", err)
			}
			checkKept(t, w.dir, alice, content)
		})
	}
}

// checkKept looks for the bytes of a broken file among what was set aside.
func checkKept(t *testing.T, dir, id, content string) {
	t.Helper()
	kept, err := filepath.Glob(accountFile(dir, id) + "*")
	rig.Must(t, err)
	for _, path := range kept {
		bytes, err := os.ReadFile(path)
		rig.Must(t, err)
		if string(bytes) == content {
			return
		}
	}
	t.Errorf("none of %v holds the bytes of the broken file", kept)
}

// A subscriber hears of a broken file, although it came while the engine
// opened.
func TestQuarantineEvent(t *testing.T) {
	w, alice, _ := closedWorld(t)
	rig.Must(t, os.WriteFile(accountFile(w.dir, alice), []byte("broken"), 0o600))
	events := rig.Record(w.open(t))
	if event := rig.Await[multiaccount.AccountQuarantined](t, events); event.AccountID != alice || event.Path == "" || event.Reason == "" {
		t.Errorf("event %+v", event)
	}
}

// An account file that others may read is refused as it stands; the others
// serve.
func TestReadableAccountFile(t *testing.T) {
	needModes(t)
	w, alice, bob := closedWorld(t)
	rig.Must(t, os.Chmod(accountFile(w.dir, alice), 0o640))
	pool := rig.Pool(t, w.open(t), "anthropic")
	if status := rig.Status(t, pool, alice); status.State != multiaccount.StateQuarantined || !strings.Contains(status.Reason, "chmod 600") {
		t.Errorf("the open file is %s: %s", status.State, status.Reason)
	}
	if served, err := serve(t.Context(), pool); err != nil || served != bob {
		t.Errorf("served by %s, %v", served, err)
	}
}

func needModes(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file modes")
	}
}

func TestOpenRefusesOpenFolder(t *testing.T) {
	needModes(t)
	for folder, mode := range map[string]os.FileMode{"": 0o770, "anthropic": 0o750, "anthropic/accounts": 0o705} {
		t.Run("folder "+folder, func(t *testing.T) {
			w, _, _ := closedWorld(t)
			path := filepath.Join(w.dir, folder)
			rig.Must(t, os.Chmod(path, mode))
			err := openError(t, w.dir)
			var permission *persistence.PermissionError
			if !errors.As(err, &permission) || permission.Path != path || !strings.Contains(err.Error(), "chmod 700") {
				t.Errorf("Open: %v, want *PermissionError of %s", err, path)
			}
		})
	}
}

func TestOpenInUnwritableFolder(t *testing.T) {
	needModes(t)
	if os.Geteuid() == 0 {
		t.Skip("the superuser writes everywhere")
	}
	parent := t.TempDir()
	rig.Must(t, os.Chmod(parent, 0o500))
	err := openError(t, filepath.Join(parent, "state"))
	var storage *persistence.StorageError
	if !errors.As(err, &storage) || !errors.Is(err, os.ErrPermission) {
		t.Errorf("Open: %v", err)
	}
}

// A file stands where the state folder, or a part of it, should be.
func TestOpenWithFileForFolder(t *testing.T) {
	for _, below := range []string{"", "state", "state/of/mine"} {
		t.Run("below "+below, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "file")
			rig.Must(t, os.WriteFile(file, nil, 0o600))
			err := openError(t, filepath.Join(file, below))
			var storage *persistence.StorageError
			if !errors.As(err, &storage) || storage.Fix == "" {
				t.Errorf("Open: %v, want *StorageError that says what to do", err)
			}
		})
	}
}
