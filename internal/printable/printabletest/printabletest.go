// Package printabletest is text that a terminal would obey, for tests of everything
// that is printed.
package printabletest

import (
	"encoding/json"
	"strings"
	"testing"
)

// Text has every kind of character that may not be printed as it is. It is
// valid UTF-8, so that JSON can hold it as it is.
const Text = "evil\x1b[31m\x1b]0;title\x07\r\x08\x7f\x00\u009b2J\u0085\nforged line\u2028\u2029\u202etxt\u2066\u2069\u200e\u200f\u061c\u200bx\u200dy\ufeff\u2060\U000e0041end"

// Name is such a text as the name of a file.
const Name = "evil\x1b[31m\nforged\u202e\u009b"

// JSON is Text as a JSON string.
func JSON() string {
	encoded, err := json.Marshal(Text)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// Check fails the test when what was printed has a character of Text, or a
// line that Text began.
func Check(tb testing.TB, what, printed string) {
	tb.Helper()
	if strings.Contains(printed, "\nforged") {
		tb.Errorf("%s begins a line of its own:\n%q", what, printed)
	}
	bad := func(r rune) bool {
		return r != '\n' && r != ' ' && strings.ContainsRune(Text, r) && (r < '!' || r > '~')
	}
	if i := strings.IndexFunc(printed, bad); i >= 0 {
		tb.Errorf("%s prints %q:\n%q", what, printed[i:min(len(printed), i+8)], printed)
	}
}
