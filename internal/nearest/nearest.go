// Package nearest finds what a misspelt name was probably meant to be.
package nearest

import "strings"

// Of returns the one of names that name was probably meant to be; empty when
// none is near. Upper case, dashes and underscores make no difference.
func Of(name string, names []string) string {
	best, distance := "", len(name)
	for _, n := range names {
		if d := editDistance(plain(name), plain(n)); d < distance {
			best, distance = n, d
		}
	}
	if distance > max(2, len(best)/4) {
		return ""
	}
	return best
}

// plain leaves out what tells maxWaitMs, max-wait-ms and max_wait_ms apart.
func plain(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
}

// editDistance counts the letters to insert, remove, replace or swap with
// their neighbour to get from a to b (optimal string alignment).
func editDistance(a, b string) int {
	var beforeLast []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+differ(a[i], b[j]))
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], beforeLast[j-1]+1)
			}
		}
		beforeLast, last = last, row
	}
	return last[len(b)]
}

func differ(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}
