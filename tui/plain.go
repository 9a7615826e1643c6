package tui

import (
	"os"
	"strings"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
)

// Shown returns text as the terminal of this process can show it. Where TERM is dumb
// or the locale is not UTF-8, marks, bars and lines are of ASCII; where the locale is
// not UTF-8, so is everything else. No column moves.
func Shown(text string) string {
	switch {
	case !isUTF8(os.Getenv):
		return strings.Map(inASCII, glyphs().Replace(wide(text)))
	case os.Getenv("TERM") == "dumb":
		return glyphs().Replace(text)
	}
	return text
}

// glyphs are what the screens draw with, each with what is as wide and of ASCII.
func glyphs() *strings.Replacer {
	return strings.NewReplacer(
		"✓", "+", "✗", "x", "●", "*", "·", "-", "→", ">", "━", "#", "─", "-", "│", "|", "▌", ">", "…", "~", "⋮", ":",
		"↑", "^", "↓", "v", "←", "<", "•", "-",
		"▁", ".", "▂", ".", "▃", ":", "▄", ":", "▅", "|", "▆", "|", "▇", "#", "█", "#",
	)
}

// isUTF8 reads the locale as the C library does. Where none is set, UTF-8 is assumed,
// as most terminals of today have it.
func isUTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := strings.ToLower(getenv(name)); value != "" {
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return true
}

// wide writes a character of two columns as two of one.
func wide(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r >= utf8.RuneSelf && lipgloss.Width(string(r)) == 2 {
			b.WriteString("??")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func inASCII(r rune) rune {
	if r >= utf8.RuneSelf {
		return '?'
	}
	return r
}
