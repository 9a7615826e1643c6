package nearest_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/nearest"
)

func TestOf(t *testing.T) {
	names := []string{"anthropic", "openai", "status", "work-backup"}
	for name, want := range map[string]string{
		"anthorpic": "anthropic", "open-ai": "openai", "Satus": "status", "workbackup": "work-backup", "work": "", "": "", "xyz": "",
	} {
		if got := nearest.Of(name, names); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
