package persistence

import (
	"os"
	"sync"
	"testing"
)

// Stores that are opened at the same time do not take each other's probes for
// locks that do not work, and leave none behind.
func TestOpenedAtTheSameTime(t *testing.T) {
	dir := t.TempDir()
	var opening sync.WaitGroup
	for range 8 {
		opening.Go(func() {
			for range 50 {
				if _, err := OpenFiles(dir); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	opening.Wait()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 || left[0].Name() != "use.lock" {
		t.Errorf("%v are left, %v", left, err)
	}
}
