package tui_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/printable/printabletest"
	"github.com/seed-810f1486/multiaccount/tui"
)

func TestFitHasTheWidth(t *testing.T) {
	tests := []struct {
		text        string
		width       int
		left, right string
	}{
		{"ada", 5, "ada  ", "  ada"},
		{"ada", 3, "ada", "ada"},
		{"barbara", 4, "bar…", "bar…"},
		{"barbara", 1, "…", "…"},
		{"barbara", 0, "", ""},
		{"", 2, "  ", "  "},
		{"日本語", 6, "日本語", "日本語"},
		{"日本語", 5, "日本…", "日本…"},
		{"日本語", 4, "日… ", " 日…"}, // no half of a wide letter
	}
	for _, test := range tests {
		if got := tui.Fit(test.text, test.width); got != test.left || lipgloss.Width(got) != test.width {
			t.Errorf("Fit(%q, %d) = %q, want %q", test.text, test.width, got, test.left)
		}
		if got := tui.FitRight(test.text, test.width); got != test.right {
			t.Errorf("FitRight(%q, %d) = %q, want %q", test.text, test.width, got, test.right)
		}
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"work": "work", "日本語 ü 👩‍💻": "日本語 ü 👩‍💻", "a\tb\nc\u00a0d": "a b c d", "\x1b[31mred\x07": "\ufffd[31mred\ufffd",
		"\u202etxt.exe": "\ufffdtxt.exe", "\u009b2J": "\ufffd2J", "\xff": "\ufffd", "": "",
	} {
		if got := tui.Clean(text); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestWhatIsSaidCanBePrinted(t *testing.T) {
	printabletest.Check(t, "an error", (&tui.NoTerminalError{Question: printabletest.Text}).Error())
	for _, a := range []multiaccount.AccountStatus{{Label: printabletest.Text}, {Email: printabletest.Text}, {ID: "\x1b[2J\u202e"}} {
		printabletest.Check(t, "a label", tui.Label(&a))
	}
}

func TestSpread(t *testing.T) {
	red := tui.Colours().Bad.Render("left")
	if got := tui.Spread(red, "right", 12); lipgloss.Width(got) != 12 || !strings.HasSuffix(got, "   right") {
		t.Errorf("%q", got)
	}
	if got := tui.Spread("left", "right", 9); got != "left" {
		t.Errorf("%q, want the left alone where there is no gap", got)
	}
}

func TestNumbersInWords(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 12966: "12,966", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := tui.Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 refreshes", 1: "1 refresh", 1000: "1,000 refreshes"} {
		if got := tui.Count(n, "refresh", "refreshes"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestBar(t *testing.T) {
	for share, want := range map[float64]int{-1: 0, 0: 0, 0.5: 5, 0.99: 9, 1: 10, 7: 10} {
		done, left := tui.Bar(10, share)
		if lipgloss.Width(done) != want || lipgloss.Width(done+left) != 10 {
			t.Errorf("a share of %v: %q and %q", share, done, left)
		}
	}
	if done, left := tui.Bar(-3, 0.5); done+left != "" {
		t.Errorf("a bar without width: %q and %q", done, left)
	}
}

func TestSpark(t *testing.T) {
	for share, want := range map[float64]string{-1: " ", 0: " ", 0.001: "▁", 0.5: "▅", 0.99: "█", 1: "█", 2: "█"} {
		if got := tui.Spark(share); got != want {
			t.Errorf("Spark(%v) = %q, want %q", share, got, want)
		}
	}
}

func TestOutsideATerminal(t *testing.T) {
	var out bytes.Buffer
	if err := tui.Print(&out, tui.Colours().Bad.Render("failed")); err != nil || out.String() != "failed" {
		t.Errorf("%q, error %v; want the text without colours", out.String(), err)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	if tui.IsTerminal(&out) || tui.IsTerminal(file) {
		t.Error("a buffer or a file is taken for a terminal")
	}
	if tui.Width(&out) != 80 || tui.Width(file) != 80 {
		t.Errorf("widths %d and %d, want 80", tui.Width(&out), tui.Width(file))
	}
}
