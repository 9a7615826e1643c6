package main

import (
	"context"
	"errors"

	"github.com/seed-810f1486/multiaccount/tui"
)

// The exit statuses, the same for all commands.
const (
	exitDone = 0
	// exitFailed: the command did not do what it was asked for, or what it looked at is
	// not well.
	exitFailed = 1
	// exitUsage: the command was called wrongly.
	exitUsage = 2
	// exitOwner: an account needs its owner. Commands that check end with it.
	exitOwner = 3
	// exitInterrupted: somebody pressed ctrl-c, or the process was told to end.
	exitInterrupted = 130
)

// usageError is a mistake in how the command was called.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// errInterrupted, errNeedsOwner and errUnwell are how commands end that found so.
var (
	errInterrupted = errors.New("interrupted")
	errNeedsOwner  = errors.New("an account needs its owner; see above")
	errUnwell      = errors.New("something is wrong; see above")
)

// programEndedError is the end of a program that run waited for, with a status other
// than 0. The program has said why.
type programEndedError struct{ status int }

func (e *programEndedError) Error() string { return "the program ended with another status than 0" }

// exitStatus returns the status of a command that ended with err. ctx ends
// when the command is interrupted.
func exitStatus(ctx context.Context, err error) int {
	var usage *usageError
	var nobody *tui.NoTerminalError
	var program *programEndedError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &program):
		return program.status
	case errors.As(err, &usage), errors.As(err, &nobody):
		return exitUsage
	case ctx.Err() != nil, errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.Is(err, errNeedsOwner):
		return exitOwner
	}
	return exitFailed
}

// isInterruption reports whether err says nothing but that ctx has ended, or that
// its owner left a question.
func isInterruption(ctx context.Context, err error) bool {
	return errors.Is(err, tui.ErrDismissed) || ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx)))
}
