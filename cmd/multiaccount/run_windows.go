package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// become runs the program and waits for it. ctrl-c is the program's.
func become(path string, argv, environment []string, hold *persistence.Hold) error {
	signal.Ignore(os.Interrupt)
	command := exec.CommandContext(context.Background(), path, argv[1:]...)
	command.Env, command.Stdin, command.Stdout, command.Stderr = environment, os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		err = &programEndedError{ended.ExitCode()}
	} else if err != nil {
		err = fmt.Errorf("%s cannot be started: %w", path, err)
	}
	return errors.Join(err, hold.Release())
}
