package tui

import "strings"

// Bar returns the two parts of a bar of that width, of which a share from 0
// to 1 is done. The caller gives them their styles.
func Bar(width int, share float64) (done, left string) {
	width = max(0, width)
	n := int(min(max(share, 0), 1) * float64(width))
	return strings.Repeat("━", n), strings.Repeat("─", width-n)
}

// Spark returns one column of a chart: a share from 0 to 1, in eighths of a
// line. Only nothing at all is shown as nothing.
func Spark(share float64) string {
	levels := [...]string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}
	if share <= 0 {
		return " "
	}
	return levels[min(int(share*float64(len(levels))), len(levels)-1)]
}
