package main

import (
	"strings"
	"testing"
)

// Where nobody looks, or nobody has keys, there is no screen.
func TestWithoutATerminalThereIsHelp(t *testing.T) {
	status, stdout, stderr := command(t, []string{}...)
	if status != exitDone || stderr != "" || !strings.Contains(stdout, "Log in to a provider") || strings.Contains(stdout, "\x1b") {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	d := newDesk(t)
	d.start(100, 60, nil, "multiaccount < /dev/null")
	d.sees("Log in to a provider")
	d.ends(exitDone)
	d = newDesk(t)
	d.start(100, 60, []string{"TERM=dumb"}, "multiaccount")
	d.sees("Log in to a provider")
	d.ends(exitDone)
}
