package main

import (
	"context"
	"errors"

	"github.com/seed-810f1486/multiaccount/tui"
)

var errNotConfirmed = errors.New("nothing was changed")

// confirm asks on a terminal. Elsewhere the owner must have said it before.
func confirm(ctx context.Context, s streams, question string, sure bool) error {
	if sure {
		return nil
	}
	yes, err := s.terminal().Confirm(ctx, question)
	var nobody *tui.NoTerminalError
	switch {
	case errors.As(err, &nobody):
		return &usageError{errors.New("nobody can be asked here: call it with --yes to do it")}
	case err != nil:
		return err
	case yes:
		return nil
	}
	return errNotConfirmed
}
