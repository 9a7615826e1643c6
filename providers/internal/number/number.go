// Package number reads the plain decimal numbers of headers.
package number

import (
	"math"
	"strconv"
)

// Decimal reads digits with at most one point among them, as in "12" and "0.5".
// It refuses signs, exponents, hexadecimal, "NaN", spaces and numbers that no
// float64 can hold: no server writes a figure so.
func Decimal(text string) (float64, bool) {
	if !plain(text) {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

func plain(text string) bool {
	digits, points := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		default:
			return false
		}
	}
	return digits > 0 && points <= 1
}
