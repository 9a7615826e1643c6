//go:build unix

package main

import (
	"fmt"
	"syscall"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// become makes this process the program, which so has its terminal, its signals and
// its exit status. The program and all that it starts share the hold.
func become(path string, argv, environment []string, hold *persistence.Hold) error {
	err := hold.Inherit()
	if err == nil {
		err = syscall.Exec(path, argv, environment) //nolint:gosec // the user names the program
	}
	return fmt.Errorf("%s cannot be started: %w", path, err)
}
