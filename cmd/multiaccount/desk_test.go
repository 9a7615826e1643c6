package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/screens/stage"
	"github.com/seed-810f1486/multiaccount/internal/tty"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// patience is how long a screen may take to become right.
const patience = time.Minute

// desk is the real command on a real pseudo-terminal, with a fake provider.
type desk struct {
	*tty.Terminal

	t   *testing.T
	srv *providertest.Server
	dir string
}

// sit opens a folder with accounts, and the command on a terminal of that size.
func sit(t *testing.T, width, height int, env ...string) *desk {
	t.Helper()
	d := newDesk(t)
	if err := stage.Fill(t.Context(), d.dir, d.srv); err != nil {
		t.Fatal(err)
	}
	d.start(width, height, env, "multiaccount")
	d.sees("quit")
	d.sees(" work")
	return d
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	srv := providertest.New(providertest.Options{DeviceInterval: time.Second})
	t.Cleanup(srv.Close)
	return &desk{t: t, srv: srv, dir: filepath.Join(t.TempDir(), "state")}
}

// start runs a command line of the shell on the terminal.
func (d *desk) start(width, height int, env []string, line string) {
	d.t.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "LC_ALL=C.UTF-8", "MULTIACCOUNT_DIR="+d.dir, "DISPLAY=:0", "SSH_CONNECTION=", "SSH_TTY=")
	cmd.Env = append(cmd.Env, env...)
	terminal, err := tty.Start(cmd, width, height)
	if errors.Is(err, errors.ErrUnsupported) {
		d.t.Skipf("no pseudo-terminals here: %v", err)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.Terminal = terminal
	d.t.Cleanup(func() {
		terminal.Close()
		if strings.Contains(terminal.Written(), providertest.TokenMark) {
			d.t.Error("a secret was written to the terminal")
		}
	})
}

func (d *desk) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	d.t.Cleanup(cancel)
	return ctx
}

// sees waits for a text on the screen.
func (d *desk) sees(text string) string {
	d.t.Helper()
	screen, err := d.AwaitText(d.context(), text)
	if err != nil {
		d.t.Fatal(err)
	}
	return screen
}

// missing waits until a text is on the screen no more.
func (d *desk) missing(text string) {
	d.t.Helper()
	_, err := d.Await(d.context(), func(screen string) bool { return !strings.Contains(screen, text) })
	if err != nil {
		d.t.Fatalf("%q is still there: %v", text, err)
	}
}

// press types keys.
func (d *desk) press(keys string) {
	d.t.Helper()
	if err := d.Type(keys); err != nil {
		d.t.Fatal(err)
	}
}

// The keys that are no letters, as a terminal sends them.
const (
	enter  = "\r"
	escape = "\x1b"
	down   = "\x1b[B"
	left   = "\x1b[D"
	ctrlC  = "\x03"
)

// count matches what changes while a test looks: the figures of countdowns,
// and clocks.
var count = regexp.MustCompile(`\d+(?:[dhms]\b|:\d\d:\d\d)`)

func masked(screen string) string {
	return count.ReplaceAllStringFunc(screen, func(text string) string {
		return regexp.MustCompile(`\d`).ReplaceAllString(text, "#")
	})
}

// shows waits until the screen is that of testdata/screen/NAME.txt. marker is
// what shows on it alone, for -update.
func (d *desk) shows(name, marker string) {
	d.t.Helper()
	path := filepath.Join("testdata", "screen", name+".txt")
	if *update {
		screen := masked(d.settled(marker))
		if err := os.WriteFile(path, []byte(screen), 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	want := strings.ReplaceAll(string(file), "\r\n", "\n")
	if _, err := d.Await(d.context(), func(screen string) bool { return masked(screen) == want }); err != nil {
		d.t.Errorf("the screen differs from %s; if it should, run go test -update: %v", path, err)
	}
}

// settled is the screen once it has stopped changing, but for the clock. Only
// -update needs it, which does not know yet what to wait for.
func (d *desk) settled(marker string) string {
	d.t.Helper()
	for last := masked(d.sees(marker)); ; {
		time.Sleep(time.Second)
		now := masked(d.sees(marker))
		if now == last {
			return now
		}
		last = now
	}
}

// ends waits for the end of the command.
func (d *desk) ends(want int) {
	d.t.Helper()
	if got, err := d.Wait(d.context()); err != nil || got != want {
		d.t.Errorf("exit status %d, %v; want %d", got, err, want)
	}
}

// stored is an account as it is on disk, by its label.
func (d *desk) stored(provider, label string) (account.Record, bool) {
	d.t.Helper()
	store, err := persistence.OpenFiles(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	all, err := store.Load(d.t.Context(), provider)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range all.Accounts {
		if r.DisplayLabel() == label {
			return r, true
		}
	}
	return account.Record{}, false
}
