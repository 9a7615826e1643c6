// Package printable makes text that came from elsewhere (a provider, another
// program's file, a host) fit for a terminal and for a line of a log. Wherever
// such text becomes part of a sentence it goes through here.
package printable

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns text on one line, without what would move a cursor, change
// colours, turn the direction of letters or hide between them: that is replaced
// by U+FFFD, and so is what is no UTF-8. Every space is a plain one.
func Text(text string) string {
	if isPlain(text) {
		return text
	}
	return clean(text, func(rune) bool { return false })
}

// Lines is [Text] for a text of several lines, whose breaks stay.
func Lines(text string) string {
	return clean(text, func(r rune) bool { return r == '\n' })
}

// isPlain spares most texts a copy.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

func clean(text string, keep func(rune) bool) string {
	var b strings.Builder
	b.Grow(len(text))
	before := rune(0)
	for i, r := range text {
		switch {
		case keep(r):
		case unicode.IsSpace(r):
			r = ' '
		case r == joiner && joins(before, text[i+len(string(joiner)):]), unicode.IsPrint(r) && !isBlank(r):
		default:
			r = unicode.ReplacementChar
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

// joiner keeps an emoji of several parts together. Elsewhere it is a way to
// hide.
const joiner = '\u200d'

func joins(before rune, after string) bool {
	next, _ := utf8.DecodeRuneInString(after)
	return isPicture(before) && isPicture(next)
}

// isPicture holds for emoji and what changes their colour or form.
func isPicture(r rune) bool {
	return unicode.In(r, unicode.So, unicode.Sk, unicode.Variation_Selector) && r > unicode.MaxLatin1
}

// isBlank holds for letters that show nothing.
func isBlank(r rune) bool {
	return unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || r == '\u2800'
}
