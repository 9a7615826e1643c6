package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/screens/stage"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/vault"
)

// fill gives the desk its accounts before a command is started.
func (d *desk) fill() {
	d.t.Helper()
	if err := stage.Fill(d.t.Context(), d.dir, d.srv); err != nil {
		d.t.Fatal(err)
	}
}

// A question goes to the terminal, wherever standard output goes.
func TestQuestionsAreNoResults(t *testing.T) {
	d := newDesk(t)
	d.fill()
	out := filepath.Join(t.TempDir(), "out")
	d.start(80, 24, nil, "multiaccount accounts remove work > "+out)
	d.sees("Remove work of anthropic?")
	d.press("y")
	d.ends(exitDone)
	written, err := os.ReadFile(out)
	if err != nil || string(written) != "✓ removed work of anthropic\n" {
		t.Errorf("standard output is %q, %v", written, err)
	}
}

// Where a question could not be seen, nobody is asked.
func TestQuestionsThatDoNotShowAreNotAsked(t *testing.T) {
	for name, line := range map[string]string{
		"confirmation": "accounts remove work", "key": "accounts add anthropic", "login": "login anthropic --api-key",
		"paste": "login anthropic --no-browser", "passphrase": "encrypt",
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.fill()
			d.start(80, 24, nil, "multiaccount "+line+" 2> "+filepath.Join(t.TempDir(), "err"))
			d.ends(exitUsage)
			if _, ok := d.stored("anthropic", "work"); !ok {
				t.Error("the account is gone")
			}
		})
	}
}

// ctrl-c ends each question at once, and the terminal is as it was.
func TestInterruptionEndsEachQuestion(t *testing.T) {
	for line, question := range map[string]string{
		"accounts remove work":         "Remove work of anthropic?",
		"accounts add anthropic":       "API key for anthropic",
		"login anthropic --api-key":    "API key for anthropic",
		"login anthropic --no-browser": "Paste it here",
		"encrypt":                      "New passphrase",
		"config edit":                  "Edit again?",
	} {
		t.Run(line, func(t *testing.T) {
			d := newDesk(t)
			d.fill()
			d.interrupts(line, question)
		})
	}
	t.Run("status of an encrypted folder", func(t *testing.T) {
		d := newDesk(t)
		d.fill()
		seal(t, d.dir)
		d.interrupts("status", "Passphrase of the accounts")
	})
}

func (d *desk) interrupts(line, question string) {
	d.t.Helper()
	nonsense := filepath.Join(d.t.TempDir(), "nonsense")
	if err := os.WriteFile(nonsense, []byte("nonsense"), 0o600); err != nil {
		d.t.Fatal(err)
	}
	d.start(100, 24, []string{"EDITOR=cp " + nonsense, "VISUAL="}, "trap : INT; multiaccount "+line+`; echo "status $?"; stty -a`)
	d.sees(question)
	d.press(ctrlC)
	screen := d.sees("icanon")
	if !strings.Contains(screen, "status 130") || strings.Contains(screen, "-icanon") || strings.Contains(screen, "-echo ") {
		d.t.Errorf("the status is not 130, or the terminal not as it was:\n%s", screen)
	}
}

// A broken file is not kept; a mended one is.
func TestEditingAsksAgain(t *testing.T) {
	editor := filepath.Join(t.TempDir(), "editor")
	script := "#!/bin/sh\n[ -e $0.done ] && echo '{\"debug\": true}' > $1 || echo '{\"debug\": 1}' > $1\n: > $0.done\n"
	if err := os.WriteFile(editor, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		keys   string
		status int
		want   string
	}{{down + enter, exitFailed, ""}, {enter, exitDone, "{\"debug\": true}\n"}} {
		if err := os.RemoveAll(editor + ".done"); err != nil {
			t.Fatal(err)
		}
		d := newDesk(t)
		d.start(120, 24, []string{"VISUAL=" + editor}, "multiaccount config edit")
		d.sees("debug: must be true or false")
		d.sees("Edit again?")
		d.press(test.keys)
		d.ends(test.status)
		written, _ := os.ReadFile(filepath.Join(d.dir, settings.FileName)) // which is not there after the first
		if string(written) != test.want {
			t.Errorf("the settings are %q, want %q", written, test.want)
		}
	}
}

// seal encrypts the folder by a passphrase.
func seal(t *testing.T, dir string) {
	t.Helper()
	key, err := vault.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	e, err := key.ByPassphrase("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := persistence.Encrypt(t.Context(), dir, key, e); err != nil {
		t.Fatal(err)
	}
}
