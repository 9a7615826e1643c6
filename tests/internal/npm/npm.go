// Package npm installs packages of npm for tests that run them, into folders that
// stay. npm takes them from the registry that it is configured for.
package npm

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// patience is how long one installation may take.
const patience = 3 * time.Minute

// mark is the file of a folder that is complete.
const mark = "done"

// Install installs packages, each as name@version, below folder, unless that was
// done before. Those at "latest" are taken anew each time.
func Install(ctx context.Context, folder string, packages ...string) error {
	done := filepath.Join(folder, mark)
	want := strings.Join(packages, "\n")
	if have, err := os.ReadFile(done); err == nil && string(have) == want && !strings.Contains(want, "@latest") {
		return nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil { //nolint:forbidigo // nothing of a pool is in it
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", append([]string{"install", "--prefix", folder, "--no-audit", "--no-fund"}, packages...)...) //nolint:gosec // constants
	npm.Dir = folder
	if text, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("npm install %s: %w: %s", strings.Join(packages, " "), err, reason(text))
	}
	return persistence.WriteFile(done, []byte(want), true)
}

// reason is the line that says what went wrong, else the last one.
func reason(text []byte) string {
	lines := strings.Split(string(bytes.TrimSpace(text)), "\n")
	for _, line := range lines {
		if strings.Contains(line, "Error: ") || strings.Contains(line, " code E") {
			return strings.TrimSpace(strings.TrimPrefix(line, "npm error "))
		}
	}
	return lines[len(lines)-1]
}
