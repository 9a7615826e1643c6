package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The pictures in docs are those that the program makes now.
func TestPicturesAreUpToDate(t *testing.T) {
	t.Chdir("../..")
	fresh := t.TempDir()
	err := takeAll(t.Context(), fresh)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	names := []string{recording}
	for _, s := range shots() {
		names = append(names, s.name)
	}
	for _, name := range names {
		got, err := os.ReadFile(filepath.Join(fresh, name+".svg"))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(target, name+".svg"))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s is not what the command shows (%v): run go run ./internal/screens", name, err)
		}
	}
}
