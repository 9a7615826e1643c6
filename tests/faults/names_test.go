//go:build !windows

package faults_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// somebodyElse is a user who is not this one.
const somebodyElse = 54321

// notFiles put something in the place of a file that is none, or none to be used.
func notFiles() map[string]func(t *testing.T, path string) {
	to := func(target string) func(*testing.T, string) {
		return func(t *testing.T, path string) { t.Helper(); rig.Must(t, os.Symlink(target, path)) }
	}
	return map[string]func(t *testing.T, path string){
		"link to itself":    func(t *testing.T, path string) { t.Helper(); to(path)(t, path) },
		"link to nowhere":   func(t *testing.T, path string) { t.Helper(); to(path+".gone")(t, path) },
		"link to /dev/zero": to("/dev/zero"),
		"pipe":              func(t *testing.T, path string) { t.Helper(); rig.Must(t, syscall.Mkfifo(path, 0o600)) },
		"link to a pipe": func(t *testing.T, path string) {
			t.Helper()
			pipe := filepath.Join(t.TempDir(), "pipe")
			rig.Must(t, syscall.Mkfifo(pipe, 0o600))
			to(pipe)(t, path)
		},
		"folder": func(t *testing.T, path string) { t.Helper(); rig.Must(t, os.Mkdir(path, 0o700)) },
		"folder with a file": func(t *testing.T, path string) {
			t.Helper()
			rig.Must(t, os.Mkdir(path, 0o700))
			rig.Must(t, os.WriteFile(filepath.Join(path, "file"), nil, 0o600))
		},
		"socket": socketAt,
		"4 TiB": func(t *testing.T, path string) {
			t.Helper()
			rig.Must(t, os.WriteFile(path, nil, 0o600))
			rig.Must(t, os.Truncate(path, 1<<42))
		},
	}
}

// socketAt leaves a socket; its own path must be short.
func socketAt(t *testing.T, path string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "s") //nolint:usetesting // the test's own folder has too long a name
	rig.Must(t, err)
	defer func() { rig.Must(t, os.RemoveAll(folder)) }()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(folder, "s"), Net: "unix"})
	rig.Must(t, err)
	listener.SetUnlinkOnClose(false)
	rig.Must(t, os.Rename(filepath.Join(folder, "s"), path))
	rig.Must(t, listener.Close())
}

// places are the files that an engine opens; ID stands for an account.
var places = []string{
	"anthropic/accounts/ID.json", "anthropic/accounts/ID.json.tmp",
	"anthropic/accounts/ID.intent", "anthropic/accounts/ID.intent.tmp",
	"anthropic/locks/ID.lock", "anthropic/locks/pool.lock",
	"anthropic/pool.json", "anthropic/pool.json.tmp",
	"anthropic/claims/other.json", "anthropic/claims/other.lock", "anthropic/claims/other.json.tmp",
	"anthropic/decisions/other.jsonl", "use.lock",
}

// Whatever stands in the place of a file: the engine opens and closes in its
// time, the other account serves, and the account concerned serves or says why not.
func TestWhatIsNoFile(t *testing.T) {
	for _, place := range places {
		for kind, put := range notFiles() {
			t.Run(place+" is a "+kind, func(t *testing.T) {
				w := newWorld(t)
				alice := rig.Add(t, w.pool, rig.Expired(w.srv.AddAccount(providertest.Account{})))
				bob := rig.Add(t, w.pool, rig.Expired(w.srv.AddAccount(providertest.Account{})))
				rig.Close(t, w.eng)
				path := filepath.Join(w.dir, strings.ReplaceAll(place, "ID", alice))
				rig.Must(t, os.MkdirAll(filepath.Dir(path), 0o700))
				rig.Must(t, os.RemoveAll(path))
				put(t, path)
				checkOneBadName(t, w, alice, bob)
			})
		}
	}
}

func checkOneBadName(t *testing.T, w world, alice, bob string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), rig.Patience/2)
	defer cancel()
	eng, err := multiaccount.Open(ctx, multiaccount.Config{Dir: w.dir, Providers: rig.Providers(w.srv), Settings: w.settings})
	rig.Must(t, err)
	pool := rig.Pool(t, eng, "anthropic")
	rig.Must(t, use(ctx, pool, bob))
	status := rig.Status(t, pool, alice)
	if err := use(ctx, pool, alice); (err == nil) == (status.State == multiaccount.StateQuarantined) {
		t.Errorf("the account is %s (%s), and served: %v", status.State, status.Reason, err)
	}
	if status.State == multiaccount.StateQuarantined && status.Reason == "" {
		t.Error("nobody says why the account is in quarantine")
	}
	_, err = pool.Decisions(ctx)
	rig.Must(t, err)
	err = eng.Close(ctx) // with an error where something cannot be stored
	if ctx.Err() != nil {
		t.Errorf("Close: %v", err)
	}
}

// An account whose file was no file is back by itself once it is one.
func TestAccountIsBackWhenItsFileIs(t *testing.T) {
	kinds := notFiles()
	if os.Geteuid() == 0 {
		kinds["file of another user"] = func(t *testing.T, path string) {
			t.Helper()
			rig.Must(t, os.WriteFile(path, []byte("{}"), 0o600))
			rig.Must(t, os.Chown(path, somebodyElse, -1))
		}
	} else {
		t.Log("only the superuser can make a file of another user; that kind is left out")
	}
	for kind, put := range kinds {
		t.Run(kind, func(t *testing.T) {
			w, alice, bob := closedWorld(t)
			path := accountFile(w.dir, alice)
			good, err := os.ReadFile(path)
			rig.Must(t, err)
			rig.Must(t, os.Remove(path))
			put(t, path)
			eng := w.open(t)
			events, pool := rig.Record(eng), rig.Pool(t, eng, "anthropic")
			if event := rig.Await[multiaccount.AccountQuarantined](t, events); event.AccountID != alice || event.Path != path || event.Reason == "" {
				t.Errorf("event %+v", event)
			}
			if status := rig.Status(t, pool, alice); status.State != multiaccount.StateQuarantined || !strings.Contains(status.Reason, path) {
				t.Errorf("the account is %s: %s", status.State, status.Reason)
			}
			rig.Must(t, use(t.Context(), pool, bob))

			rig.Must(t, os.Rename(path, filepath.Join(t.TempDir(), "aside")))
			rig.Must(t, os.WriteFile(path+".new", good, 0o600))
			rig.Must(t, os.Rename(path+".new", path))
			awaitState(t, pool, alice, multiaccount.StateReady)
			rig.Must(t, use(t.Context(), pool, alice))
		})
	}
}

// An account that is in use goes on when something else takes its file's place;
// its owner is told, and a good file is all it needs.
func TestFileThatIsNoneAnyMore(t *testing.T) {
	w := newWorld(t)
	events := rig.Record(w.eng)
	alice := rig.Add(t, w.pool, rig.OAuth(w.srv.AddAccount(providertest.Account{})))
	path := accountFile(w.dir, alice)
	rig.Must(t, os.Rename(path, path+".good"))
	rig.Must(t, syscall.Mkfifo(path+".pipe", 0o600))
	rig.Must(t, os.Rename(path+".pipe", path))
	if event := rig.Await[multiaccount.AccountQuarantined](t, events); event.AccountID != alice || event.Path != path {
		t.Errorf("event %+v", event)
	}
	awaitState(t, w.pool, alice, multiaccount.StateQuarantined)
	rig.Must(t, use(t.Context(), w.pool, alice))
	if err := w.pool.Rename(t.Context(), alice, "new"); err == nil || !strings.Contains(err.Error(), "a named pipe") {
		t.Errorf("Rename: %v", err)
	}
	rig.Must(t, os.Rename(path+".good", path))
	awaitState(t, w.pool, alice, multiaccount.StateReady)
	rig.Must(t, w.pool.Rename(t.Context(), alice, "new"))
}

// What cannot be gone without is refused, and said: whether the accounts are
// encrypted.
func TestEncryptionThatIsNoFile(t *testing.T) {
	for kind, put := range notFiles() {
		t.Run(kind, func(t *testing.T) {
			w, _, _ := closedWorld(t)
			path := filepath.Join(w.dir, "encryption.json")
			put(t, path)
			if err := openError(t, w.dir); !strings.Contains(err.Error(), path) {
				t.Errorf("Open: %v", err)
			}
		})
	}
}

func TestSettingsThatAreNoFile(t *testing.T) {
	for kind, put := range notFiles() {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "settings.jsonc")
			put(t, path)
			eng, err := multiaccount.Open(rig.Deadline(t), multiaccount.Config{
				Dir: t.TempDir(), Providers: rig.Providers(rig.Server(t)), SettingsFile: path,
			})
			if kind == "link to nowhere" { // as good as no settings
				rig.Must(t, err)
				rig.Close(t, eng)
			} else if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("Open: %v", err)
			}
		})
	}
}

// A file to import from that is none is told of, and waits for nobody.
func TestSourceThatIsNoFile(t *testing.T) {
	w := newWorld(t)
	for kind, put := range notFiles() {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "auth.json")
			put(t, path)
			report, err := w.eng.Import(rig.Deadline(t), multiaccount.ImportOptions{Paths: []string{path}})
			if err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Import: %+v, %v", report, err)
			}
		})
	}
}
