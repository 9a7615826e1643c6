package dashboard_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// axeVersion is the release of axe-core that looks for what keeps people out.
const axeVersion = "4.10.3"

// axe returns the program, which npm fetches where it is not there yet.
func axe(t *testing.T) string {
	t.Helper()
	path := filepath.Join("..", "..", ".cache", "axe-core-"+axeVersion+".js")
	if data, err := os.ReadFile(path); err == nil {
		return string(data)
	}
	data, err := fetchAxe(t)
	if err != nil {
		t.Skip("axe-core is not to be had:", err)
	}
	rig.Must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	rig.Must(t, os.WriteFile(path, data, 0o600))
	return string(data)
}

func fetchAxe(t *testing.T) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	folder := t.TempDir()
	if text, err := exec.CommandContext(ctx, "npm", "pack", "--pack-destination", folder, "axe-core@"+axeVersion).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, text)
	}
	packed, err := os.ReadFile(filepath.Join(folder, "axe-core-"+axeVersion+".tgz"))
	if err != nil {
		return nil, err
	}
	return unpack(packed, "package/axe.min.js")
}

// unpack returns a file of a package.
func unpack(packed []byte, name string) ([]byte, error) {
	plain, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(plain)
	for {
		file, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the package has no " + name)
		}
		if err != nil {
			return nil, err
		}
		if file.Name == name {
			return io.ReadAll(files)
		}
	}
}

// violations has axe look at what shows now, and returns what it says, a line each.
func (w *window) violations() string {
	w.t.Helper()
	return eval[string](w, `axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.map((v) =>
		v.id + ": " + v.help + v.nodes.map((n) => "\n    " + n.html.slice(0, 200) + " " + n.failureSummary.replaceAll("\n", " ")).join("")).join("\n") || (r.passes.length < 10 ? "axe-core has looked at " + r.passes.length + " rules only" : ""))`)
}

// Nothing on any page or dialog keeps people out, in either theme and on a phone, and
// nothing in the states that are rare.
func TestAccessibility(t *testing.T) {
	program := axe(t)
	p := busy(t)
	w := p.open(t)
	check := func(what string) {
		t.Helper()
		if found := w.violations(); found != "" {
			t.Errorf("%s:\n%s", what, found)
		}
	}
	for theme, width := range map[string]int64{"light": 1280, "dark": 360} {
		w.colours(theme)
		w.do(chromedp.EmulateViewport(width, 900), chromedp.Reload())
		w.sees("#main h1", "")
		eval[any](w, program+";0")
		what := fmt.Sprintf("%s, %d wide", theme, width)
		for _, page := range pages() {
			w.turn(page[0], page[1])
			check(what + ", " + page[1])
		}
		for _, d := range dialogs() {
			w.turn(d[0], d[1])
			w.press(d[2])
			w.sees("dialog h2", "")
			check(what + ", " + d[2])
			w.press("Close")
		}
	}
	p.removeAll(t)
	w.turn("accounts", "Accounts")
	w.sees(".empty", "There are no accounts yet.")
	check("no accounts")
	rig.Must(t, os.WriteFile(filepath.Join(p.dir, settings.FileName), []byte(`{"max_wait_ms": "soon"}`), 0o600))
	w.turn("settings", "Settings")
	w.sees(".trouble", "max_wait_ms")
	check("wrong settings")
	rig.Must(t, p.stop())
	w.sees("#link", "no connection to the gateway")
	check("no connection")
	w.press("Log out")
	w.sees("main", "You are logged out")
	check("logged out")
}

// removeAll removes all accounts.
func (p *place) removeAll(t *testing.T) {
	t.Helper()
	for _, provider := range []string{"anthropic", "openai"} {
		all, err := p.pool(t, provider).Accounts(t.Context())
		rig.Must(t, err)
		for i := range all {
			rig.Must(t, p.pool(t, provider).Remove(t.Context(), all[i].ID))
		}
	}
}
