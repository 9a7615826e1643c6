package tui

import (
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// Fit returns text in exactly that many columns: cut with an ellipsis, or
// filled up on the right. text must not contain styles.
func Fit(text string, width int) string {
	text = Cut(text, width)
	return text + strings.Repeat(" ", width-lipgloss.Width(text))
}

// FitRight is [Fit] with the text at the right end, as for numbers.
func FitRight(text string, width int) string {
	text = Cut(text, width)
	return strings.Repeat(" ", width-lipgloss.Width(text)) + text
}

// Cut returns text in that many columns at most, with an ellipsis where some
// of it is missing. text must not contain styles.
func Cut(text string, width int) string {
	switch {
	case width <= 0:
		return ""
	case lipgloss.Width(text) <= width:
		return text
	}
	var kept strings.Builder
	for _, r := range text {
		if lipgloss.Width(kept.String()+string(r)) > width-1 {
			break
		}
		kept.WriteRune(r)
	}
	return kept.String() + "…"
}

// Clean returns a text that came from elsewhere as it may be printed: what
// would move the cursor, change colours or turn the direction of letters is
// replaced, and every space is a plain one.
func Clean(text string) string { return printable.Text(text) }

// Spread returns left and right at the two ends of a line that is width
// columns wide; both may have styles. Where there is no room for right, it is
// left out.
func Spread(left, right string, width int) string {
	gap := width - lipgloss.Width(left) - lipgloss.Width(right)
	if gap < 1 {
		return left
	}
	return left + strings.Repeat(" ", gap) + right
}

// Number returns n with its thousands apart: 12,966.
func Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Count returns a number of things in words: "1 refresh", "2 refreshes".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}
