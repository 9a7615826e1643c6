//go:build unix

package dashboard_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// The demo that stays has accounts in many states, clients that use them, and a
// dashboard. It leaves nothing.
func TestDemoStays(t *testing.T) {
	program := rig.Command(t)
	errs := &bytes.Buffer{}
	demo := exec.CommandContext(t.Context(), program, "demo", "--serve", "--json", "--listen", "127.0.0.1:0")
	demo.Stderr = errs
	out, err := demo.StdoutPipe()
	rig.Must(t, err)
	rig.Start(t, demo)
	var at struct{ Address, Token, Dashboard, Dir string }
	if err := json.NewDecoder(out).Decode(&at); err != nil {
		t.Fatalf("%v: %s", err, errs)
	}
	if status := post(t, at.Address+"/anthropic/v1/messages", at.Token, `{"model":"claude-opus-4-8","max_tokens":9,"messages":[]}`); status != http.StatusOK {
		t.Errorf("HTTP %d with the token that it prints", status)
	}
	w := newWindow(t)
	w.do(chromedp.Navigate(at.Dashboard))
	w.sees(".account.reauth", "edsger@example.com")
	w.sees(".account.disabled", "barbara@example.com")
	w.sees(".account", "API key")
	w.turn("usage", "Usage")
	w.sees("tbody", "frances@example.com")
	w.sees("tfoot", "USD")
	w.turn("decisions", "Decisions")
	w.sees(".decision", "claude-opus-4-8")
	w.turn("clients", "Clients")
	w.sees("tbody", "ci key, grace@example.com")
	opened(t, program, at.Dir)
	rig.Must(t, demo.Process.Signal(syscall.SIGINT))
	if err := demo.Wait(); err != nil {
		t.Errorf("it ends with %v: %s", err, errs)
	}
	if _, err := os.Stat(at.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its folder is still there: %v", err)
	}
}

// opened has the command open the dashboard: the browser gets its link by a file of
// the owner's alone.
func opened(t *testing.T, program, dir string) {
	t.Helper()
	folder := t.TempDir()
	rig.Must(t, os.WriteFile(filepath.Join(folder, "xdg-open"), []byte("#!/bin/sh\necho \"$@\" > "+folder+"/arguments\n"), 0o700))
	open := exec.CommandContext(t.Context(), program, "dashboard", "--dir", dir)
	open.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"))
	link, err := open.Output()
	rig.Must(t, err)
	arguments, err := os.ReadFile(filepath.Join(folder, "arguments"))
	rig.Must(t, err)
	file := filepath.Join(dir, "dashboard.html")
	info, err := os.Stat(file)
	rig.Must(t, err)
	if strings.TrimSpace(string(arguments)) != "file://"+file || info.Mode().Perm() != 0o600 || !strings.Contains(string(link), "#login=") {
		t.Errorf("it prints %s and opens %s, a file of mode %s", link, arguments, info.Mode())
	}
	w := newWindow(t)
	w.do(chromedp.Navigate("file://" + file))
	w.sees(".account", "ada@example.com")
}
