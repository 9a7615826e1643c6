package answer

import (
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// WindowName returns the usual name of a window: its length ("5h", "7d"), after
// the family when it counts only some models. Without a length it is the server's
// name for its place.
func WindowName(family string, length time.Duration, place string) string {
	name := place
	if length > 0 {
		name = lengthName(length)
	}
	if family == "" {
		return name
	}
	return family + " " + name
}

// lengthName rounds: some servers count a minute less.
func lengthName(length time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}} {
		whole := length.Round(unit.of)
		if whole > 0 && (whole-length).Abs() <= whole/100 {
			return strconv.Itoa(int(whole/unit.of)) + unit.name
		}
	}
	return strconv.Itoa(max(1, int(length.Round(time.Minute)/time.Minute))) + "m"
}

// longestFamily is longer than every name of a family of models.
const longestFamily = 40

// Family returns a server's name for some of its models in a form to be shown:
// plain characters only, separate words, and a capital first letter.
func Family(name string) string {
	name = strings.Map(plainRune, strings.TrimSpace(name))
	name = strings.TrimSpace(name[:min(len(name), longestFamily)])
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// plainRune keeps ASCII letters, digits and the characters between them.
func plainRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == ' ', r == '-', r == '.':
		return r
	case r == '_':
		return ' '
	}
	return -1
}
