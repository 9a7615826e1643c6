package dashboard_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// file is what the settings file has.
func (p *place) file(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(p.dir, settings.FileName))
	rig.Must(t, err)
	return string(data)
}

// A setting says what it is and where it comes from, is changed, and gets its default
// again.
func TestSettings(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	w.turn("settings", "Settings")
	w.sees(".setting", "How long a request waits for a reset")
	w.sees(".setting", "providers.anthropic.token_url")
	w.press("Change max_wait_ms")
	w.fill("max_wait_ms", "99999999999999")
	w.press("Save")
	w.sees("dialog .wrong", "max_wait_ms")
	w.fill("max_wait_ms", "90000")
	w.press("Save")
	w.sees("#said", "changed max_wait_ms")
	w.sees(".setting", "1m 30s")
	if text := p.file(t); !strings.Contains(text, `"max_wait_ms": 90000`) {
		t.Errorf("the file is %s", text)
	}
	w.press("Change max_wait_ms")
	w.press("Back to the default")
	w.sees("#said", "max_wait_ms has its default again")
	w.press("Change allow_paid_use")
	w.fill("allow_paid_use", "true")
	w.press("Save")
	w.sees("#said", "changed allow_paid_use")
	if text := p.file(t); strings.Contains(text, "max_wait_ms") || !strings.Contains(text, `"allow_paid_use": true`) {
		t.Errorf("the file is %s", text)
	}
}

// A pool has the strategy of all, or one of its own.
func TestStrategy(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	choose := func(rule, where string) {
		t.Helper()
		w.press(eval[string](w, `document.querySelector("[aria-label^='Strategy of Anthropic']").ariaLabel`))
		w.sees("dialog legend", "For which pools?")
		w.choose(rule)
		w.choose(where)
		w.press("Save")
		w.until(`document.querySelectorAll("dialog").length === 0`)
		w.sees(".tile", "strategy "+rule)
	}
	choose("drain-first", "own")
	if text := p.file(t); strings.Count(text, "account_selection_strategy") != 1 || !strings.Contains(text, "drain-first") {
		t.Errorf("of its own: %s", text)
	}
	choose("hybrid", "all")
	if text := p.file(t); strings.Count(text, "account_selection_strategy") != 1 || !strings.Contains(text, "hybrid") {
		t.Errorf("that of all: %s", text)
	}
}

// The file is changed as it is written: what is wrong with it is said, and no other
// change is lost.
func TestSettingsFile(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	w.turn("settings", "Settings")
	w.press("Edit the file")
	w.sees("dialog h2", "The settings file")
	path := filepath.Join(p.dir, settings.FileName)
	before := p.file(t)
	with := func(more string) string { return strings.Replace(before, "{", "{ // mine\n"+more, 1) }
	w.fill(path, with(`"max_wait": 1,`))
	w.press("Save")
	w.sees("dialog .wrong", "line 2: max_wait: ")
	w.fill(path, with(`"on_event": ["/bin/sh"],`))
	w.press("Save")
	w.sees("dialog .wrong", "multiaccount config edit")
	priced := with(`"currency": "USD", "prices": {"claude-sonnet-*": {"input": 3, "output": 15}}, "chains": {"claude": [{"pool": "anthropic", "models": {"*": "claude-sonnet-4-6"}}]},`)
	w.fill(path, priced)
	w.press("Save")
	w.sees("#said", "stored the settings")
	w.sees("tbody", "claude-sonnet-*")
	w.sees(".chain", "claude-sonnet-4-6")
	if text := p.file(t); text != priced {
		t.Errorf("the file is %s", text)
	}
	p.ask(t, p.token)
	w.turn("usage", "Usage")
	w.sees("thead", "Cost")
	w.sees("tfoot", " USD")
	w.turn("settings", "Settings")
	w.press("Change the prices")
	w.sees("dialog h2", "The settings file")
	rig.Must(t, os.WriteFile(path, []byte(before), 0o600))
	w.fill(path, priced+" ")
	w.press("Save")
	w.sees("dialog .wrong", "The settings were changed meanwhile.")
}

// A file that is wrong is said to be, and mended.
func TestWrongSettings(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	path := filepath.Join(p.dir, settings.FileName)
	before := p.file(t)
	with := func(wait string) string { return strings.Replace(before, "{", `{"max_wait_ms": `+wait+", ", 1) }
	rig.Must(t, os.WriteFile(path, []byte(with(`"soon"`)), 0o600))
	w.turn("settings", "Settings")
	w.sees(".trouble", "line 1: max_wait_ms: ")
	w.press("Edit the file")
	w.fill(path, with("7000"))
	w.press("Save")
	w.sees("#said", "stored the settings")
	w.sees(".setting", "7s")
	if eval[bool](w, `!!document.querySelector(".trouble")`) {
		t.Error("it is still wrong")
	}
}
