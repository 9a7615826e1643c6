package jsonscan

import (
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Words of eight equal bytes.
const (
	lowBits     = 0x0101010101010101
	highBits    = 0x8080808080808080
	quotes      = lowBits * '"'
	backslashes = lowBits * '\\'
)

// nearby is how many words without a quote are searched before strings.IndexByte
// takes over. That one is faster but takes longer to begin, and code or JSON in a
// string has a quote every few bytes.
const nearby = 8

// endOfString returns where the string that begins at from ends: at the first
// quote that is not escaped. It is negative when there is none. The opening quote
// is before from.
func endOfString(text string, from int) int {
	if from == 1 && len(text) > 1 { // so that two bytes stand before what follows
		if text[1] == '"' {
			return 1
		}
		from = 2
	}
	for quiet := 0; from+8 <= len(text); from += 8 {
		quote := zeros(word(text, from) ^ quotes)
		if quote == 0 {
			if quiet++; quiet == nearby {
				n := strings.IndexByte(text[from:], '"')
				if n < 0 {
					return -1
				}
				quiet, from = 0, from+n-8 // the quote is next
			}
			continue
		}
		quiet = 0
		// One backslash before a quote tells that the string goes on; two may mean anything.
		one, two := word(text, from-1)^backslashes, word(text, from-2)^backslashes
		quote &= nonZeros(one) | zeros(two)
		for ; quote != 0; quote &= quote - 1 {
			if at := from + bits.TrailingZeros64(quote)/8; text[at] == '"' && !isEscaped(text, at) {
				return at
			}
		}
	}
	for ; from < len(text); from++ {
		if text[from] == '"' && !isEscaped(text, from) {
			return from
		}
	}
	return -1
}

// zeros has the highest bit set of each byte of w that is zero. Bytes above one may
// have it too.
func zeros(w uint64) uint64 { return (w - lowBits) &^ w & highBits }

// nonZeros has the highest bit set of each byte of w that is not zero, and other
// bits at random.
func nonZeros(w uint64) uint64 { return (w&^highBits + ^uint64(highBits)) | w }

// word returns eight bytes of a text, the first as the lowest. The compiler makes
// one load of it.
func word(text string, at int) uint64 {
	b := text[at : at+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// isEscaped reports whether an odd number of backslashes is before at. A quote is
// before all of them.
func isEscaped(text string, at int) bool {
	first := at
	for text[first-1] == '\\' {
		first--
	}
	return (at-first)%2 == 1
}

// Unescape appends to dst the text of a string that is written as raw, without
// its quotes. What is not an escape stands for itself.
func Unescape(dst []byte, raw string) []byte {
	for {
		n := strings.IndexByte(raw, '\\')
		if n < 0 {
			return append(dst, raw...)
		}
		r, size := escape(raw[n:])
		dst = utf8.AppendRune(append(dst, raw[:n]...), r)
		raw = raw[n+size:]
	}
}

// escape returns the character that an escape at the beginning of raw stands for,
// and how long the escape is.
func escape(raw string) (r rune, size int) {
	if len(raw) < 2 {
		return utf8.RuneError, len(raw)
	}
	switch raw[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		return character(raw)
	}
	return rune(raw[1]), 2
}

// character returns the character that \uXXXX, or a pair of these, stands for.
func character(raw string) (r rune, size int) {
	r, ok := hex4(raw)
	if !ok {
		return utf8.RuneError, min(len(raw), 6)
	}
	if utf16.IsSurrogate(r) {
		if second, ok := hex4(raw[6:]); ok {
			if pair := utf16.DecodeRune(r, second); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return utf8.RuneError, 6
	}
	return r, 6
}

// hex4 reads \uXXXX.
func hex4(raw string) (r rune, ok bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	for _, digit := range []byte(raw[2:6]) {
		switch {
		case '0' <= digit && digit <= '9':
			digit -= '0'
		case 'a' <= digit|0x20 && digit|0x20 <= 'f':
			digit = digit | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}
