//go:build unix

package migrate_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/migrate"
)

// A pipe that nobody writes to is not waited for.
func TestPipeIsNoSource(t *testing.T) {
	path := filepath.Join(t.TempDir(), "auth.json")
	must(t, syscall.Mkfifo(path, 0o600))
	if _, err := migrate.Read(path); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("error %v", err)
	}
}
