package settings

import (
	"errors"
	"fmt"
	"strings"
)

// unknownKey says what the writer of a key that does not exist may have meant.
func unknownKey(name string, fields []field) error {
	for _, e := range endpoints() {
		if e.name == name {
			return fmt.Errorf("stands under %q only: each provider has its own", providersKey+".<name>")
		}
	}
	nearest, distance := "", len(name)
	for _, f := range fields {
		if d := editDistance(plain(name), plain(f.name)); d < distance {
			nearest, distance = f.name, d
		}
	}
	if nearest != "" && distance <= max(2, len(nearest)/4) {
		return fmt.Errorf("no such setting; did you mean %q?", nearest)
	}
	return errors.New("no such setting; there are " + names(fields))
}

// plain leaves out what tells maxWaitMs, max-wait-ms and max_wait_ms apart.
func plain(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
}

func names(fields []field) string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.name
	}
	return strings.Join(all, ", ")
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
