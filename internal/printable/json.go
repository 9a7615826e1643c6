package printable

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON returns encoded JSON in which the characters that [Text] replaces are
// escaped: it stands for the same values, and can be shown on a terminal.
func JSON(encoded []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(encoded))
	for len(encoded) > 0 {
		r, size := utf8.DecodeRune(encoded)
		if r < utf8.RuneSelf && r != '\x7f' || Text(string(r)) == string(r) {
			b.Write(encoded[:size])
		} else {
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
		encoded = encoded[size:]
	}
	return b.Bytes()
}
