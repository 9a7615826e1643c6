package rig

import (
	"context"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// Running are the processes of a program that serve.
func Running(t *testing.T, program string) []string {
	t.Helper()
	table, err := exec.CommandContext(context.Background(), "ps", "-e", "-o", "pid=,args=").Output()
	Must(t, err)
	var found []string
	for row := range strings.Lines(string(table)) {
		if strings.Contains(row, program+" serve") {
			found = append(found, strings.Fields(row)[0])
		}
	}
	return found
}

// Ended waits until no process of a program serves any more: one that drains still
// writes to its directory, which the test is about to remove.
func Ended(t *testing.T, program string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return // a directory in use cannot be removed there: the test says it itself
	}
	Until(t, "the end of what serves", func() bool { return len(Running(t, program)) == 0 })
}
