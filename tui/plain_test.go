package tui_test

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount/tui"
)

func TestShown(t *testing.T) {
	const text = "✓ 日本 ü ━━── 5 %…"
	for _, test := range []struct{ term, lang, all, want string }{
		{"xterm", "de_DE.UTF-8", "", text},
		{"xterm", "", "", text},
		{"xterm", "C", "en_US.utf8", text},
		{"dumb", "C.UTF-8", "", "+ 日本 ü ##-- 5 %~"},
		{"xterm", "C", "", "+ ???? ? ##-- 5 %~"},
		{"xterm", "C.UTF-8", "POSIX", "+ ???? ? ##-- 5 %~"},
	} {
		t.Setenv("TERM", test.term)
		t.Setenv("LANG", test.lang)
		t.Setenv("LC_CTYPE", "")
		t.Setenv("LC_ALL", test.all)
		if got := tui.Shown(text); got != test.want || lipgloss.Width(got) != lipgloss.Width(text) {
			t.Errorf("%+v: %q", test, got)
		}
	}
	var out bytes.Buffer
	if err := tui.Print(&out, text); err != nil || strings.ContainsFunc(out.String(), func(r rune) bool { return r >= utf8.RuneSelf }) {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// Every colour can be read on black and on white.
func TestColoursCanBeRead(t *testing.T) {
	look := tui.Colours()
	for name, style := range map[string]lipgloss.Style{
		"accent": look.Accent, "good": look.Good, "warn": look.Warn, "bad": look.Bad, "busy": look.Busy, "faint": look.Faint,
	} {
		r, g, b, _ := style.GetForeground().RGBA()
		light := 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b) + 0.05
		if onWhite, onBlack := 1.05/light, light/0.05; onWhite < 3.8 || onBlack < 3.8 {
			t.Errorf("%s: contrast %.1f on white, %.1f on black", name, onWhite, onBlack)
		}
	}
}

// linear is the light of one part of a colour (WCAG 2, relative luminance).
func linear(part uint32) float64 {
	c := float64(part) / 0xffff
	if c <= 0.03928 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}
