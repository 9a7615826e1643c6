package answer

import (
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// WindowName returns how people call a window: by its length ("5h", "7d"), with
// the family in front when it counts some models only. Without a length it is
// called by what the server calls its place.
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

// longestFamily is more than every name of a family of models.
const longestFamily = 40

// Family returns a server's name for some of its models as it is shown: of
// plain characters only, its words apart, and the first letter a capital.
func Family(name string) string {
	name = strings.Map(plainRune, strings.TrimSpace(name))
	name = strings.TrimSpace(name[:min(len(name), longestFamily)])
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// plainRune keeps letters, digits and what stands between them in ASCII.
func plainRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == ' ', r == '-', r == '.':
		return r
	case r == '_':
		return ' '
	}
	return -1
}
