package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/tui"
)

// The exit statuses.
const (
	exitDone = 0
	// exitFailed: the command did not do what it was asked for.
	exitFailed = 1
	// exitUsage: the command was called wrongly.
	exitUsage = 2
	// exitInterrupted: somebody pressed ctrl-c, or the process was told to end.
	exitInterrupted = 130
)

// usageError is a mistake in how the command was called.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// exitStatus returns the status of a command that ended with err. ctx ends
// when the command is interrupted.
func exitStatus(ctx context.Context, err error) int {
	var usage *usageError
	var nobody *tui.NoTerminalError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage), errors.As(err, &nobody):
		return exitUsage
	case ctx.Err() != nil, errors.Is(err, errInterrupted):
		return exitInterrupted
	}
	return exitFailed
}

var errInterrupted = errors.New("interrupted")

// isInterruption reports whether err says nothing but that ctx has ended, or that
// its owner left a question.
func isInterruption(ctx context.Context, err error) bool {
	return errors.Is(err, tui.ErrDismissed) || ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx)))
}

// tellMistakes makes wrong flags and arguments of c, and of all commands below
// it, a [usageError].
func tellMistakes(c *cobra.Command) {
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{errors.New(tui.Clean(err.Error()))} })
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return &usageError{err}
			}
			return nil
		}
	}
	for _, below := range c.Commands() {
		tellMistakes(below)
	}
}
