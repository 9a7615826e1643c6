package setup

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// around is how many lines stand around a change.
const around = 3

// Diff is a unified diff of a file; empty when nothing differs. old or now are nil
// where there is no file.
func Diff(path string, old, now []byte) string {
	if bytes.Equal(old, now) && (old == nil) == (now == nil) {
		return ""
	}
	was, is := path, path
	if old == nil {
		was = "/dev/null"
	}
	if now == nil {
		is = "/dev/null"
	}
	var text strings.Builder
	fmt.Fprintf(&text, "--- %s\n+++ %s\n", was, is)
	edits := diffLines(linesOf(old), linesOf(now))
	for begin := 0; begin < len(edits); {
		end := hunkEnd(edits, begin)
		writeHunk(&text, edits, begin, end)
		begin = end
	}
	return text.String()
}

func linesOf(data []byte) []string {
	lines := strings.SplitAfter(string(data), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// edit is a line of a diff: ' ' for one that stays, '-' and '+'.
type edit struct {
	kind byte
	line string
}

// diffLines compares what lies between the lines that both begin and end with.
func diffLines(old, now []string) []edit {
	var begin, end []edit
	for len(old) > 0 && len(now) > 0 && old[0] == now[0] {
		begin = append(begin, edit{' ', old[0]})
		old, now = old[1:], now[1:]
	}
	for len(old) > 0 && len(now) > 0 && old[len(old)-1] == now[len(now)-1] {
		end = append(end, edit{' ', old[len(old)-1]})
		old, now = old[:len(old)-1], now[:len(now)-1]
	}
	slices.Reverse(end)
	return slices.Concat(begin, longestCommon(old, now), end)
}

// longestCommon compares by the longest common subsequence; what is left of settings
// is short.
func longestCommon(old, now []string) []edit {
	common := make([][]int, len(old)+1)
	for i := range common {
		common[i] = make([]int, len(now)+1)
	}
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(now) - 1; j >= 0; j-- {
			if old[i] == now[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var edits []edit
	i, j := 0, 0
	for i < len(old) || j < len(now) {
		switch {
		case i < len(old) && j < len(now) && old[i] == now[j]:
			edits = append(edits, edit{' ', old[i]})
			i, j = i+1, j+1
		case j == len(now) || i < len(old) && common[i+1][j] >= common[i][j+1]:
			edits = append(edits, edit{'-', old[i]})
			i++
		default:
			edits = append(edits, edit{'+', now[j]})
			j++
		}
	}
	return edits
}

// hunkEnd is where the hunk ends that begins at or behind begin.
func hunkEnd(edits []edit, begin int) int {
	end, quiet := begin, 0
	seen := false
	for ; end < len(edits) && (!seen || quiet <= 2*around); end++ {
		if quiet++; edits[end].kind != ' ' {
			seen, quiet = true, 0
		}
	}
	if !seen {
		return len(edits)
	}
	return end
}

// writeHunk writes the changes among some lines, with the context around them.
func writeHunk(text *strings.Builder, edits []edit, begin, end int) {
	first, last := -1, -1
	for i := begin; i < end; i++ {
		if edits[i].kind != ' ' {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return
	}
	first, last = max(begin, first-around), min(len(edits), last+around+1)
	oldLine, newLine := position(edits[:first])
	oldCount, newCount := position(edits[first:last])
	fmt.Fprintf(text, "@@ -%s +%s @@\n", extent(oldLine, oldCount), extent(newLine, newCount))
	for _, e := range edits[first:last] {
		fmt.Fprintf(text, "%c%s", e.kind, strings.ReplaceAll(e.line, "\r\n", "\n"))
		if !strings.HasSuffix(e.line, "\n") {
			text.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// position counts the lines of both sides.
func position(edits []edit) (old, now int) {
	for _, e := range edits {
		if e.kind != '+' {
			old++
		}
		if e.kind != '-' {
			now++
		}
	}
	return old, now
}

// extent is where some lines begin, behind line, and how many they are.
func extent(line, count int) string {
	if count > 0 {
		line++
	}
	return fmt.Sprintf("%d,%d", line, count)
}
