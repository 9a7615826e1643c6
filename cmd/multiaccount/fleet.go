package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/spf13/cobra"
)

const fleetHelp = `Share the accounts among machines, by etcd.

It calls multiaccountd-etcd, a program of its own, so that this one links nothing of
etcd. All arguments are that program's:

  multiaccount fleet init             makes the key by which accounts are encrypted
  multiaccount fleet migrate          moves the accounts of this machine in
  multiaccount fleet migrate --out    moves them back
  multiaccount fleet status           members, machines and accounts, as JSON
  multiaccount fleet why              the latest decisions of all machines

docs/fleet.md says how to build it, and which settings name the etcd.`

// fleetProgram has the store on etcd.
const fleetProgram = "multiaccountd-etcd"

func newFleet(s streams) *cobra.Command {
	c := &cobra.Command{
		Use: "fleet COMMAND", Short: "Share the accounts among machines, by etcd", Long: fleetHelp,
		Args: cobra.MinimumNArgs(1), DisableFlagsInUseLine: true,
		ValidArgs: []string{"init", "migrate", "status", "why"},
		RunE:      func(c *cobra.Command, args []string) error { return fleet(c.Context(), s, args) },
	}
	c.Flags().SetInterspersed(false) // what follows the name is the program's
	return c
}

func fleet(ctx context.Context, s streams, args []string) error {
	dir, err := s.folder()
	if err != nil {
		return err
	}
	path, err := exec.LookPath(fleetProgram)
	if err != nil {
		return &codedError{codeNotInstalled, fmt.Errorf("there is no program %q: docs/fleet.md says how to build it (%w)", fleetProgram, err)}
	}
	command := exec.CommandContext(ctx, path, append([]string{"fleet"}, args...)...) //nolint:gosec // its name is fixed
	command.Env = append(os.Environ(), "MULTIACCOUNT_DIR="+dir)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.Stdin, command.Stdout, command.Stderr = s.in, s.out, s.err
	err = command.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return &programEndedError{ended.ExitCode()}
	}
	return err
}
