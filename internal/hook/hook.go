// Package hook runs a program of the user's, within bounds.
package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// afterKill is how long a program that was killed may keep its input open.
const afterKill = time.Second

// passedOn are the environment variables that a program gets: what it needs to
// find itself, its user and the user's desktop, and none that may hold a secret.
func passedOn() []string {
	return []string{
		"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR",
		"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
		"SystemRoot", "SystemDrive", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP", "PATHEXT", "COMSPEC",
	}
}

// Run starts the program argv[0], without a shell, with input on its standard
// input, and waits until it ends. What it prints is dropped. When ctx ends it is
// killed, with all that it has started; what it leaves behind when it ends by
// itself goes on. The error says how it ended, unless that was well.
func Run(ctx context.Context, argv []string, input []byte) error {
	c := exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // the user's own program
	c.Env, c.Stdin, c.WaitDelay = environment(), bytes.NewReader(input), afterKill
	err := run(c)
	if ctx.Err() != nil {
		err = errors.Join(fmt.Errorf("it was ended: %w", context.Cause(ctx)), err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", argv[0], err)
	}
	return nil
}

func run(c *exec.Cmd) error {
	all, err := newTree(c)
	if err != nil {
		return err
	}
	defer all.close()
	if err := c.Start(); err != nil {
		return err
	}
	all.adopt(c)
	return c.Wait()
}

// environment is never nil, which would mean all there is.
func environment() []string {
	kept := []string{}
	for _, name := range passedOn() {
		if value, ok := os.LookupEnv(name); ok {
			kept = append(kept, name+"="+value)
		}
	}
	return kept
}
