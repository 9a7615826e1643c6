package retryafter

import (
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/internal/number"
)

// scan reads the duration that text begins with, numbers each with a unit,
// and returns what follows it.
func scan(text string) (d time.Duration, rest string, ok bool) {
	total, rest := 0.0, text
	for {
		part, next, found := scanPart(rest)
		if !found {
			return seconds(total), rest, ok
		}
		total, rest, ok = total+part, next, true
	}
}

// scanPart reads one number and its unit, in seconds.
func scanPart(text string) (part float64, rest string, ok bool) {
	text = strings.TrimPrefix(strings.TrimLeft(text, " ,"), "and ")
	digits := prefix(text, isDigit)
	word := strings.TrimLeft(text[len(digits):], " ")
	name := prefix(word, isLetter)
	n, numeric := number.Decimal(digits)
	scale := unit(strings.ToLower(name))
	if !numeric || scale == 0 {
		return 0, text, false
	}
	return n * scale, word[len(name):], true
}

// unit returns how many seconds a unit has, 0 for what is none.
func unit(name string) float64 {
	switch name {
	case "ns":
		return 1e-9
	case "us", "µs", "μs": // the two spellings that package time accepts
		return 1e-6
	case "ms", "millisecond", "milliseconds":
		return 1e-3
	case "s", "sec", "secs", "second", "seconds":
		return 1
	case "m", "min", "mins", "minute", "minutes":
		return 60
	case "h", "hr", "hrs", "hour", "hours":
		return 3600
	case "d", "day", "days":
		return 24 * 3600
	case "w", "week", "weeks":
		return 7 * 24 * 3600
	}
	return 0
}

func prefix(text string, is func(byte) bool) string {
	n := 0
	for n < len(text) && is(text[n]) {
		n++
	}
	return text[:n]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' || c == '.' }

// isLetter takes every byte of a letter that is not ASCII for one.
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }
