package printable_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-810f1486/multiaccount/internal/printable"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "work": "work", "日本語 ü 👩‍💻 ❤️‍🔥": "日本語 ü 👩‍💻 ❤️‍🔥", "a\tb\nc\r\vd\u00a0e\u3000f": "a b c  d e f",
		"\x1b[31mred\x07": "\ufffd[31mred\ufffd", "\x00\x7f": "\ufffd\ufffd", "\u0085\u009b2J": " \ufffd2J", "\xff\xc3": "\ufffd\ufffd",
		"\u202etxt.exe\u2066\u2069\u200e\u200f\u061c": "\ufffdtxt.exe\ufffd\ufffd\ufffd\ufffd\ufffd",
		"a\u200bb\u200cc\u200dd\u2060e\ufefff":        "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf", "a\u2028b\u2029c": "a b c",
		"\u115f\u3164\uffa0\u2800": "\ufffd\ufffd\ufffd\ufffd", "\U000e0041\U0010ffff": "\ufffd\ufffd",
	} {
		if got := printable.Text(text); got != want {
			t.Errorf("Text(%q) = %q, want %q", text, got, want)
		}
	}
	if got := printable.Lines("a\x1b\nb\r\n"); got != "a\ufffd\nb \n" {
		t.Errorf("Lines: %q", got)
	}
}

func TestJSON(t *testing.T) {
	const values = `{"a":"` + "\u202e\u009b\u200b\x7f\U000e0041" + `ü 👩‍💻"}`
	got := printable.JSON([]byte(values + "\n"))
	if want := `{"a":"\u202e\u009b\u200b\u007f\udb40\udc41ü 👩\u200d💻"}` + "\n"; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func FuzzText(f *testing.F) {
	f.Add("\x1b]0;title\x07 \u202e \u2028 \xff \U000e0001 👩‍💻")
	f.Fuzz(func(t *testing.T, text string) {
		got := printable.Text(text)
		if !utf8.ValidString(got) || printable.Text(got) != got {
			t.Errorf("%q became %q", text, got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x2028 && r <= 0x202e }) {
			t.Errorf("%q became %q", text, got)
		}
		encoded, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var plain, escaped any
		if err := json.Unmarshal(encoded, &plain); err != nil {
			t.Fatal(err)
		}
		safe := printable.JSON(encoded)
		if err := json.Unmarshal(safe, &escaped); err != nil || !reflect.DeepEqual(plain, escaped) || bytes.ContainsAny(safe, "\x7f\u202e") {
			t.Errorf("%s became %s (%v)", encoded, safe, err)
		}
	})
}
