package persistence_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/persistence"
)

func TestSpool(t *testing.T) {
	dir := t.TempDir()
	spool, err := persistence.NewSpool(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{"one ", "two"} {
		if _, err := io.WriteString(spool, piece); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if text, err := io.ReadAll(spool.Reader()); string(text) != "one two" || err != nil || spool.Size() != 7 {
			t.Errorf("%d bytes: %q, %v", spool.Size(), text, err)
		}
	}
	if err := spool.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
	if left, err := os.ReadDir(dir); len(left) != 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A folder that cannot hold files is told as such.
func TestSpoolNowhere(t *testing.T) {
	_, err := persistence.NewSpool(filepath.Join(t.TempDir(), "missing"))
	if !persistence.IsSpoolError(err) || !strings.Contains(err.Error(), "a temporary file") {
		t.Errorf("error %v", err)
	}
}
